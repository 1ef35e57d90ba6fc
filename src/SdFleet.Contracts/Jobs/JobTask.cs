namespace SdFleet.Contracts.Jobs;

/// <summary>What a job's pictures are made from.</summary>
public enum JobTask
{
    /// <summary>Text alone: the default.</summary>
    TextToImage,

    /// <summary>Text and a picture to begin with; depth-to-image models estimate its depths.</summary>
    ImageToImage,

    /// <summary>Text and a picture, of which a mask says what is repainted.</summary>
    Inpaint,

    /// <summary>Text and a picture, beyond whose sides is painted.</summary>
    Outpaint,

    /// <summary>Text and a picture whose depths are kept; for depth-to-image models.</summary>
    DepthToImage,

    /// <summary>Text and a small picture, which is made larger; for upscaling models.</summary>
    Upscale,
}
