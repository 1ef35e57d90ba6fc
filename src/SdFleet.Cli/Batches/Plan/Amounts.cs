using System.Globalization;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>Times and numbers as people read them.</summary>
internal static class Amounts
{
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public static string Plural(long count, string one) => Text($"{count:N0} {one}{(count == 1 ? "" : "s")}");

    /// <summary>A duration: 42 s, 12 min, 3 h 20 min, 4.5 days.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 9.95 => Text($"{seconds:0.0} s"),
        < 90 => Text($"{seconds:0} s"),
        < 90 * 60 => Text($"{seconds / 60:0} min"),
        < 48 * 3600 => Text($"{Math.Floor(Math.Round(seconds / 60) / 60):0} h {Math.Round(seconds / 60) % 60:0} min"),
        _ => Text($"{seconds / 86400:0.0} days"),
    };

    /// <summary>Hours, with as many digits as say something.</summary>
    public static string Hours(double seconds) => (seconds / 3600) switch
    {
        < 0.095 and var few => Text($"{few:0.####}"),
        < 9.95 and var some => Text($"{some:0.0#}"),
        var many => Text($"{many:N0}"),
    };
}
