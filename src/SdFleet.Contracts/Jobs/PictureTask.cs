namespace SdFleet.Contracts.Jobs;

/// <summary>
/// What a recipe does to pictures that somebody uploaded. Those are named by the SHA-256 of their files, lower-case hex, and are the
/// tenant's own.
/// </summary>
public sealed record PictureTask
{
    /// <summary>What is done; never <see cref="JobTask.TextToImage"/>, which has no such record.</summary>
    public required JobTask Kind { get; init; }

    /// <summary>The picture to begin with, or to make larger.</summary>
    public required string InitImage { get; init; }

    /// <summary>What of it is repainted (white) and kept (black); for <see cref="JobTask.Inpaint"/> only.</summary>
    public string? Mask { get; init; }

    /// <summary>How near everything in it is, brighter for nearer; for <see cref="JobTask.DepthToImage"/> only. Null for the model's estimate.</summary>
    public string? DepthMap { get; init; }

    /// <summary>How much of it is made anew, 0 to 1; null for <see cref="JobTask.Upscale"/>, which has no such thing.</summary>
    public double? Strength { get; init; }

    /// <summary>Whether what is kept is pasted back pixel by pixel; where something is kept.</summary>
    public bool? Overlay { get; init; }

    /// <summary>How a general model keeps what is kept; where something is kept.</summary>
    public MaskBlending? MaskBlending { get; init; }

    /// <summary>How far it is extended; for <see cref="JobTask.Outpaint"/> only.</summary>
    public OutpaintSides? Outpaint { get; init; }

    /// <summary>How much noise is put on it; for <see cref="JobTask.Upscale"/> only.</summary>
    public int? NoiseLevel { get; init; }
}
