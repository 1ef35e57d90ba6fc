namespace SdFleet.Contracts.Jobs;

/// <summary>How a recipe's prompts are read, encoded and weighed, where that is not as diffusers does it by default.</summary>
public sealed record PromptReading
{
    /// <summary>How their text is read.</summary>
    public PromptSyntax Syntax { get; init; }

    /// <summary>What becomes of long ones.</summary>
    public LongPrompts LongPrompts { get; init; }

    /// <summary>How many of the text encoder's last layers are left out, as in diffusers; AUTOMATIC1111's "Clip skip" is one more.</summary>
    public int ClipSkip { get; init; }

    /// <summary>How far guided predictions are brought back to the deviation of the unguided ones, 0 to 1.</summary>
    public double GuidanceRescale { get; init; }
}
