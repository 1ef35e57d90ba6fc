using SdFleet.Contracts.Validation;

namespace SdFleet.Hosting.Authentication;

/// <summary>Settings under <c>SdFleet:ApiKeys</c>: who may use the API. Only hashes are configured; <c>sdfleet keys create</c> makes a pair.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:ApiKeys";

    private const int HashLength = 64;

    /// <summary>The keys, by a name that appears in logs.</summary>
    public Dictionary<string, ApiKeyEntry> Keys { get; } = new(StringComparer.Ordinal);

    internal static IEnumerable<string> Validate(ApiKeyOptions options)
    {
        foreach (var (name, entry) in options.Keys)
        {
            // The binder makes null of a key without values.
            var key = entry ?? new ApiKeyEntry();
            if (key.Sha256.Length != HashLength || !key.Sha256.All(char.IsAsciiHexDigit))
            {
                yield return $"Keys:{name}:Sha256 must be {HashLength} hex digits: the SHA-256 of the key (sdfleet keys create prints it)";
            }

            if (!NameText.IsName(key.Tenant))
            {
                yield return $"Keys:{name}:Tenant is \"{key.Tenant}\": 1 to 64 characters of a-z, 0-9, '-', '_' and '.'";
            }
        }
    }
}
