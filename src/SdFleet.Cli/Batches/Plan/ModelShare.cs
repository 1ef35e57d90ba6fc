namespace SdFleet.Cli.Batches.Plan;

/// <summary>What a batch asks of one model.</summary>
internal sealed record ModelShare
{
    public long Jobs { get; init; }

    public long Images { get; init; }

    /// <summary>Pixels of all pictures.</summary>
    public double Pixels { get; init; }

    /// <summary>Work of all pictures, as <see cref="Contracts.Jobs.RecipeWork.PixelPasses"/> counts it.</summary>
    public double PixelPasses { get; init; }
}
