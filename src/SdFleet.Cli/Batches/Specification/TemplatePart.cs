namespace SdFleet.Cli.Batches.Specification;

/// <summary>A piece of a template: text, or where that is null, a slot by its number.</summary>
internal readonly record struct TemplatePart(string? Text, int Slot);
