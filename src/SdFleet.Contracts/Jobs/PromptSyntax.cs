namespace SdFleet.Contracts.Jobs;

/// <summary>How the text of a prompt is read.</summary>
public enum PromptSyntax
{
    /// <summary>As it stands, as diffusers does.</summary>
    Plain,

    /// <summary>With AUTOMATIC1111's weights: <c>(word:1.2)</c>, <c>[word]</c>, <c>BREAK</c>.</summary>
    Weighted,
}
