namespace SdFleet.Diffusion.Tokenization;

/// <summary>How the text of a prompt is read.</summary>
public enum PromptSyntax
{
    /// <summary>As it stands, as diffusers does: brackets are characters like others.</summary>
    Plain,

    /// <summary>
    /// With the attention weights of AUTOMATIC1111's web UI: <c>(word)</c> weighs 1.1 times as much, <c>(word:1.3)</c> 1.3 times,
    /// <c>[word]</c> 1/1.1 times; brackets nest, <c>\(</c> is a bracket that is drawn, and <c>BREAK</c> begins a new chunk. A bracket that
    /// is never closed reaches to the end of the prompt; one that was never opened is text. The web UI's prompt editing
    /// (<c>[from:to:when]</c>, <c>[a|b]</c>), <c>AND</c> and <c>&lt;lora:…&gt;</c> are not known here, and read as text.
    /// </summary>
    /// <remarks>
    /// Each token's vector is multiplied by its weight, then the whole chunk by one number that gives it back the mean it had before: the
    /// web UI's "Original" emphasis.
    /// </remarks>
    Weighted,
}
