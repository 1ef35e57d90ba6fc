namespace SdFleet.Contracts.Jobs;

/// <summary>A second pass that makes the picture of the first one larger and adds details.</summary>
public sealed record HiresPass
{
    /// <summary>How much larger; sides are rounded to what the model needs.</summary>
    public required double Scale { get; init; }

    /// <summary>How the first pass is made larger.</summary>
    public HiresUpscaler Upscaler { get; init; }

    /// <summary>How much of it is made anew, 0 to 1.</summary>
    public double Strength { get; init; } = 0.5;

    /// <summary>Steps of the second pass, of which <see cref="Strength"/>'s part is run.</summary>
    public required int Steps { get; init; }
}
