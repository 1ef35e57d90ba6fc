namespace SdFleet.Contracts.Jobs;

/// <summary>What becomes of a prompt that is longer than the text encoder's 77 places.</summary>
public enum LongPrompts
{
    /// <summary>What does not fit is dropped, as in diffusers.</summary>
    Truncate,

    /// <summary>It is encoded in chunks of 75 tokens.</summary>
    Chunk,
}
