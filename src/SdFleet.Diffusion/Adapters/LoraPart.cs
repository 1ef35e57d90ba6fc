namespace SdFleet.Diffusion.Adapters;

/// <summary>What a tensor in a LoRA file is of its layer's change, up x down x alpha / rank.</summary>
internal enum LoraPart
{
    /// <summary>From the layer's input to the rank.</summary>
    Down,

    /// <summary>From the rank to the layer's output.</summary>
    Up,

    /// <summary>Of a convolution that is taken apart further: its window, from rank to rank.</summary>
    Mid,

    /// <summary>One number that the change is multiplied with, over the rank.</summary>
    Alpha,
}
