namespace SdFleet.Diffusion.Tokenization;

/// <summary>A token that is found in the text itself, before the text is cut into words.</summary>
/// <param name="Content">The text that stands for the token.</param>
/// <param name="Id">Its id in the vocabulary.</param>
/// <param name="Normalized">
/// Whether it is looked for in the normalized text (so in either case of letters), as CLIP's own two are, or as typed.
/// </param>
/// <param name="Count">How many places it takes: this many ids from <paramref name="Id"/> up.</param>
/// <param name="Alone">Whether it is found only where no letter or digit goes on from it.</param>
internal sealed record SpecialToken(string Content, int Id, bool Normalized, int Count = 1, bool Alone = false)
{
    /// <summary>Where it first is in a text, or -1.</summary>
    public int IndexIn(ReadOnlySpan<char> text)
    {
        for (int start = 0; start < text.Length;)
        {
            int at = text[start..].IndexOf(Content, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            at += start;
            if (!Alone || !(Continues(text, at - 1, at) || Continues(text, at + Content.Length, at + Content.Length - 1)))
            {
                return at;
            }

            start = at + 1;
        }

        return -1;
    }

    // Whether two neighbours, one outside of the token and one inside, are of one word.
    private static bool Continues(ReadOnlySpan<char> text, int outside, int inside) =>
        outside >= 0 && outside < text.Length && char.IsLetterOrDigit(text[outside]) && char.IsLetterOrDigit(text[inside]);
}
