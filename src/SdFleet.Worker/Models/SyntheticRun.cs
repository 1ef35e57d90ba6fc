namespace SdFleet.Worker.Models;

/// <summary>A picture that the synthetic model has begun, as a line of its journal (<see cref="SyntheticOptions.Journal"/>).</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Seed">The picture's own seed.</param>
public sealed record SyntheticRun(string Prompt, long Seed);
