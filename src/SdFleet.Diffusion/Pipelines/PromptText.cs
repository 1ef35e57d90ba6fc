using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>A prompt or negative prompt, with all that decides what it is encoded to.</summary>
/// <param name="Text">The text.</param>
/// <param name="Syntax">How it is read.</param>
/// <param name="LongPrompts">What becomes of what does not fit.</param>
/// <param name="ClipSkip">How many of the text encoder's last layers are left out.</param>
/// <param name="Field">The task's field that it stands in, for messages; the same text is the same in either.</param>
internal sealed record PromptText(string Text, PromptSyntax Syntax, LongPrompts LongPrompts, int ClipSkip, string Field)
{
    public bool Equals(PromptText? other) => other is not null
        && (Text, Syntax, LongPrompts, ClipSkip) == (other.Text, other.Syntax, other.LongPrompts, other.ClipSkip);

    public override int GetHashCode() => HashCode.Combine(Text, Syntax, LongPrompts, ClipSkip);
}
