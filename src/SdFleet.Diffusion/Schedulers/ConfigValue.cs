using System.Reflection;
using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>Turns the words of a scheduler configuration into values, or says which words would have been right.</summary>
internal static class ConfigValue
{
    /// <summary>The member of <typeparamref name="T"/> that <paramref name="value"/> names; null or empty gives the default.</summary>
    /// <param name="field">The JSON key, for the error message.</param>
    /// <param name="value">The word in the file.</param>
    /// <param name="defaultValue">What the scheduler class takes where the file says nothing.</param>
    /// <param name="allowed">The members that the scheduler supports; none means all.</param>
    public static T Parse<T>(string field, string? value, T defaultValue, params ReadOnlySpan<T> allowed)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(value))
        {
            return defaultValue;
        }

        ReadOnlySpan<T> members = allowed.IsEmpty ? Enum.GetValues<T>() : allowed;
        foreach (T member in members)
        {
            if (string.Equals(NameOf(member), value, StringComparison.Ordinal))
            {
                return member;
            }
        }

        var names = new List<string>();
        foreach (T member in members)
        {
            names.Add(NameOf(member));
        }

        throw new ArgumentException($"{field} \"{value}\" is not supported. Supported: {string.Join(", ", names)}.");
    }

    /// <summary>A whole number within bounds.</summary>
    public static int InRange(string field, int value, int min, int max) => value >= min && value <= max
        ? value
        : throw new ArgumentException($"{field} {value} is not supported. Supported: {min} to {max}.");

    /// <summary>A number above a bound.</summary>
    public static double Above(string field, double value, double bound) => value > bound && double.IsFinite(value)
        ? value
        : throw new ArgumentException(FormattableString.Invariant($"{field} {value} is not supported. Supported: above {bound}."));

    /// <summary>Refuses an option that is on but that nothing here computes.</summary>
    public static void RequireOff(string field, bool? value)
    {
        if (value == true)
        {
            throw new ArgumentException($"{field} true is not supported. Supported: false.");
        }
    }

    private static string NameOf<T>(T member)
        where T : struct, Enum =>
        typeof(T).GetField(member.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name;
}
