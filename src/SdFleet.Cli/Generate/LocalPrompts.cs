using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Cli.Generate;

/// <summary>What generation without a fleet can do with prompts beyond a recipe.</summary>
internal sealed record LocalPrompts
{
    private const string Extension = ".safetensors";

    /// <summary>How prompts are read.</summary>
    public PromptSyntax Syntax { get; init; }

    /// <summary>What becomes of long prompts.</summary>
    public LongPrompts LongPrompts { get; init; }

    /// <summary>How many of the text encoder's last layers are left out.</summary>
    public int ClipSkip { get; init; }

    /// <summary>Words with vectors of their own.</summary>
    public IReadOnlyList<TextualInversion> Embeddings { get; init; } = [];

    /// <summary>Reads FILE or FILE:TOKEN; a colon that is not behind the file's extension is of its path.</summary>
    public static TextualInversion ParseEmbedding(string text)
    {
        var end = text.LastIndexOf($"{Extension}:", StringComparison.OrdinalIgnoreCase);
        return end < 0
            ? new TextualInversion(text)
            : new TextualInversion(text[..(end + Extension.Length)], text[(end + Extension.Length + 1)..]);
    }

    /// <summary>The fields of a PNG's text that say so, in the words of the web UI, whose clip skip counts from 1.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToFields()
    {
        if (ClipSkip > 0)
        {
            yield return new("Clip skip", FormattableString.Invariant($"{ClipSkip + 1}"));
        }

        if (Syntax != PromptSyntax.Plain)
        {
            yield return new("Prompt syntax", Syntax.ToString().ToLowerInvariant());
        }

        if (LongPrompts != LongPrompts.Truncate)
        {
            yield return new("Long prompts", LongPrompts.ToString().ToLowerInvariant());
        }
    }
}
