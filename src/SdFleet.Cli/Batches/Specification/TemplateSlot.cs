namespace SdFleet.Cli.Batches.Specification;

/// <summary>A place of a template that is filled, and with what.</summary>
/// <param name="Name">As the template names it; inline alternatives by their own text.</param>
/// <param name="Choices">What may stand there; at least one.</param>
internal sealed record TemplateSlot(string Name, IReadOnlyList<string> Choices);
