namespace SdFleet.Diffusion.Pipelines;

/// <summary>What to do with the safety checker that some models bring along.</summary>
public enum SafetyCheck
{
    /// <summary>It is not asked.</summary>
    Off,

    /// <summary>It is asked; <see cref="GeneratedImage.IsUnsafe"/> has its answer.</summary>
    Flag,

    /// <summary>It is asked, and an image that it objects to is made black.</summary>
    Blank,
}
