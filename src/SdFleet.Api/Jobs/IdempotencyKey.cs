using SdFleet.Contracts.Validation;

namespace SdFleet.Api.Jobs;

/// <summary>The header that names a submission where the body gives no id.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 255;

    public static readonly string Limit = $"1 to {MaxLength} visible ASCII characters, given once";

    private const int ShownLength = 80;

    /// <summary>The key, or null where there is none or it is wrong.</summary>
    public static string? Read(IHeaderDictionary headers, ICollection<FieldError> errors)
    {
        var values = headers[Header];
        if (values.Count == 0)
        {
            return null;
        }

        var key = values.ToString();
        if (values.Count == 1 && key.Length is > 0 and <= MaxLength && key.All(c => c is > ' ' and <= '~'))
        {
            return key;
        }

        errors.Add(new FieldError(Header, key.Length <= ShownLength ? $"\"{key}\"" : $"{key.Length} characters", Limit));
        return null;
    }
}
