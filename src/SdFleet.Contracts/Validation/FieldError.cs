namespace SdFleet.Contracts.Validation;

/// <summary>One thing wrong with a submission.</summary>
/// <param name="Field">The field's JSON name.</param>
/// <param name="Value">What was given, as JSON text, shortened; null where nothing was given.</param>
/// <param name="Limit">What is allowed.</param>
public sealed record FieldError(string Field, string? Value, string Limit)
{
    /// <summary>A sentence for a person.</summary>
    public override string ToString() =>
        Value is null ? $"{Field} is missing: {Limit}" : $"{Field} is {Value}: {Limit}";
}
