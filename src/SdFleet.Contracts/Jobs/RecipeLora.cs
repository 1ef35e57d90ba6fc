namespace SdFleet.Contracts.Jobs;

/// <summary>A LoRA that changes the model's weights, out of those that the model's workers have.</summary>
public sealed record RecipeLora
{
    /// <summary>Its name: that of its file in the workers' folder of LoRAs, without the extension.</summary>
    public required string Name { get; init; }

    /// <summary>How strongly it counts, -10 to 10; 1 is as it was trained.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>SHA-256 of its file, lower-case hex: what a record gives, and what a job may insist on; null where any of that name will do.</summary>
    public string? Sha256 { get; init; }
}
