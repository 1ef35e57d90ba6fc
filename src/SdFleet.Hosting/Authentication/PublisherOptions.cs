using SdFleet.Contracts.Validation;

namespace SdFleet.Hosting.Authentication;

/// <summary>
/// Settings under <c>SdFleet:Publishers</c>: which of the broker's users may submit for which tenants. Where none is named,
/// whoever may publish to the exchange may submit for anybody.
/// </summary>
public sealed class PublisherOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Publishers";

    /// <summary>Any tenant.</summary>
    public const string AnyTenant = "*";

    /// <summary>By the name of the broker's user, which the broker itself holds the message's <c>user_id</c> to.</summary>
    public Dictionary<string, PublisherEntry> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>What is wrong with a submission for <paramref name="tenant"/> by <paramref name="user"/>; null where nothing is.</summary>
    public FieldError? Check(string? user, string? tenant)
    {
        if (Users.Count == 0)
        {
            return null;
        }

        if (user is null)
        {
            return new FieldError("user_id", null, "the message property that names the broker's user who publishes; this fleet asks for it");
        }

        if (!Users.TryGetValue(user, out var entry))
        {
            return new FieldError("user_id", $"\"{user}\"", "a user of the broker that may submit here");
        }

        return entry.Tenants.Contains(AnyTenant) || (tenant is not null && entry.Tenants.Contains(tenant))
            ? null
            : new FieldError("tenant", tenant is null ? null : $"\"{tenant}\"", $"a tenant that user \"{user}\" may submit for ({string.Join(", ", entry.Tenants)})");
    }

    internal static IEnumerable<string> Validate(PublisherOptions options)
    {
        foreach (var (user, entry) in options.Users)
        {
            if (entry is null || entry.Tenants.Count == 0)
            {
                yield return $"Users:{user}:Tenants is empty: the tenants it may submit for, or \"{AnyTenant}\"";
                continue;
            }

            foreach (var tenant in entry.Tenants.Where(t => t != AnyTenant && !NameText.IsName(t)))
            {
                yield return $"Users:{user}:Tenants has \"{tenant}\": 1 to 64 characters of a-z, 0-9, '-', '_' and '.', or \"{AnyTenant}\"";
            }
        }
    }
}
