using System.CommandLine;
using SdFleet.Cli.Generate;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Cli.CommandLine;

/// <summary>The options of <c>generate</c> that say how prompts are read and encoded.</summary>
internal sealed class PromptOptions
{
    private readonly Option<PromptSyntax?> _syntax = Values.Word<PromptSyntax>(
        "--prompt-syntax", "How prompts are read: plain (default), or with weights such as (word:1.2) and [word].");
    private readonly Option<LongPrompts?> _longPrompts = Values.Word<LongPrompts>(
        "--long-prompts", "What becomes of prompts beyond 75 tokens: they are cut off (default) or taken in chunks.");
    private readonly Option<int?> _clipSkip = Values.Whole<int>(
        "--clip-skip", "How many of the text encoder's last layers are left out. Default 0.");
    private readonly Option<string[]> _embeddings = new("--embedding")
    {
        Description = "With --local: a textual inversion, and the word that stands for it in prompts; may be given again.",
        HelpName = "FILE[:TOKEN]",
    };

    public IEnumerable<Option> All => [_syntax, _longPrompts, _clipSkip, _embeddings];

    /// <summary>Those that a fleet does not take.</summary>
    public IEnumerable<Option> LocalOnly => [_embeddings];

    public LocalPrompts Read(ParseResult parsed) => new()
    {
        Syntax = parsed.GetValue(_syntax) ?? PromptSyntax.Plain,
        LongPrompts = parsed.GetValue(_longPrompts) ?? LongPrompts.Truncate,
        ClipSkip = parsed.GetValue(_clipSkip) ?? 0,
        Embeddings = [.. (parsed.GetValue(_embeddings) ?? []).Select(LocalPrompts.ParseEmbedding)],
    };
}
