namespace SdFleet.Contracts.Validation;

/// <summary>What a field of a submission may hold. Reading, error texts and the published schema all follow from it.</summary>
/// <param name="Name">JSON name.</param>
/// <param name="Kind">JSON type.</param>
/// <param name="Description">For a person.</param>
public sealed record FieldRule(string Name, FieldKind Kind, string Description)
{
    /// <summary>Smallest number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>Fewest characters.</summary>
    public int MinLength { get; init; }

    /// <summary>Most characters (UTF-16 code units).</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>The number must be a multiple of this.</summary>
    public int MultipleOf { get; init; } = 1;

    /// <summary>Allowed words, for <see cref="FieldKind.Word"/> and <see cref="FieldKind.Words"/>; compared without case.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Only these characters, for names that become part of queue names and paths.</summary>
    public bool IsName { get; init; }

    /// <summary>Only the characters of a number in lower-case hex.</summary>
    public bool IsDigest { get; init; }

    /// <summary>Most members of <see cref="FieldKind.Objects"/>, of which there is at least one.</summary>
    public int MaxItems { get; init; } = int.MaxValue;

    /// <summary>The fields of an <see cref="FieldKind.Object"/>, or of each of <see cref="FieldKind.Objects"/>.</summary>
    public IReadOnlyList<FieldRule> Fields { get; init; } = [];

    /// <summary>Whether an object needs it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The regular expression that schemas give for it; null where there is none.</summary>
    public string? Pattern => IsName ? "^[a-z0-9_-][a-z0-9._-]*$" : IsDigest ? "^[0-9a-f]*$" : Kind == FieldKind.Url ? "^https?://[!-~]+$" : null;

    /// <summary>The limit in words, as error texts give it.</summary>
    public string Limit => Kind switch
    {
        FieldKind.WholeNumber when MultipleOf > 1 => $"an integer from {Text(Min)} to {Text(Max)}, a multiple of {MultipleOf}",
        FieldKind.WholeNumber => $"an integer from {Text(Min)} to {Text(Max)}",
        FieldKind.Number => $"a number from {Text(Min)} to {Text(Max)}",
        FieldKind.Uuid => "a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e, not all zeros",
        FieldKind.DateTime => "a date and time such as 2026-01-31T12:00:00Z",
        FieldKind.Truth => "true or false",
        FieldKind.Word => $"one of {string.Join(", ", Words)}",
        FieldKind.Words => $"a list of 1 to {Words.Count} of {string.Join(", ", Words)}, each once",
        FieldKind.Object => $"an object with {string.Join(Fields.Count > 2 ? ", " : " and ", Fields.Select(member => member.Name))}",
        FieldKind.Objects => $"a list of 1 to {MaxItems} objects with {string.Join(", ", Fields.Select(member => member.IsRequired ? member.Name : $"{member.Name} (optional)"))}",
        FieldKind.Url => $"an absolute https URL (http where the fleet allows it) of at most {MaxLength} characters of ASCII, without user and fragment",
        _ when IsDigest => $"{MaxLength} hex digits in lower case",
        _ when IsName => $"{MinLength} to {MaxLength} characters of a-z, 0-9, '-', '_' and '.'",
        _ => MinLength > 0 ? $"text of {MinLength} to {MaxLength} characters" : $"text of at most {MaxLength} characters",
    };

    // A format with digits would round to 15 of them, and the largest seed has 16.
    private static string Text(double value) => value == Math.Floor(value)
        ? ((long)value).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
