namespace SdFleet.Cli.Batches.Specification;

/// <summary>A text of a list.</summary>
/// <param name="Text">The text.</param>
/// <param name="Weight">As how many it counts.</param>
/// <param name="Where">Its line, and its file where that is another.</param>
/// <param name="Field">What it is called in error texts.</param>
internal sealed record Item(string Text, int Weight, string Where, string Field);
