using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>A value of a field of a recipe: text, or a number in the decimal digits in which it was written; or neither.</summary>
internal readonly record struct FieldValue(string? Text, decimal? Number)
{
    /// <summary>Of <c>loras</c>: what the text names; null for none.</summary>
    public IReadOnlyList<RecipeLora>? Loras { get; init; }

    /// <summary>Of <c>schedulerSettings</c>: what the text says; null for none.</summary>
    public SchedulerSettings? SchedulerSettings { get; init; }

    public override string ToString() => Text ?? Number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
