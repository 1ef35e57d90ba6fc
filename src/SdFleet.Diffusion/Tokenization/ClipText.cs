using System.Buffers;
using System.Globalization;
using System.Text;

namespace SdFleet.Diffusion.Tokenization;

/// <summary>The text rules of the Hugging Face fast CLIP tokenizer: normalizer and pre-tokenizer.</summary>
internal static class ClipText
{
    // U+0130 is the one character whose full lower case is two characters. .NET leaves it alone.
    private const int CapitalIWithDot = 0x130;
    private const string CapitalIWithDotLowered = "i\u0307";

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>
    /// Normalization form C, each run of white space to one space, then lower case one character at a time (as Rust's
    /// char::to_lowercase: a final sigma stays U+03C3).
    /// </summary>
    public static string Normalize(string text)
    {
        string composed = UnicodeNormalizer.ToFormC(text);
        StringBuilder result = new(composed.Length);
        Span<char> utf16 = stackalloc char[2];
        bool afterSpace = false;
        foreach (Rune rune in composed.EnumerateRunes())
        {
            bool space = Rune.IsWhiteSpace(rune);
            if (!space)
            {
                if (rune.Value == CapitalIWithDot)
                {
                    result.Append(CapitalIWithDotLowered);
                }
                else
                {
                    result.Append(utf16[..Rune.ToLowerInvariant(rune).EncodeToUtf16(utf16)]);
                }
            }
            else if (!afterSpace)
            {
                result.Append(' ');
            }

            afterSpace = space;
        }

        return result.ToString();
    }

    /// <summary>
    /// Takes the next word off the front of normalized text, by CLIP's pattern
    /// <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>.
    /// </summary>
    /// <param name="rest">What is still to be read; moved past the word.</param>
    /// <param name="word">The word, never empty.</param>
    /// <returns>False at the end of the text.</returns>
    public static bool TryNextWord(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> word)
    {
        CharClass first = CharClass.Space;
        int length = 0;
        while (rest.Length > 0 && (first = Classify(rest, out length)) == CharClass.Space)
        {
            rest = rest[length..];
        }

        if (rest.Length == 0)
        {
            word = default;
            return false;
        }

        int end = ContractionLength(rest);
        if (end == 0)
        {
            end = length;
            while (first != CharClass.Number && end < rest.Length && Classify(rest[end..], out length) == first)
            {
                end += length;
            }
        }

        word = rest[..end];
        rest = rest[end..];
        return true;
    }

    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'')
        {
            foreach (string contraction in Contractions)
            {
                if (text.StartsWith(contraction, StringComparison.Ordinal))
                {
                    return contraction.Length;
                }
            }
        }

        return 0;
    }

    private static CharClass Classify(ReadOnlySpan<char> text, out int length)
    {
        if (Rune.DecodeFromUtf16(text, out Rune rune, out length) != OperationStatus.Done)
        {
            return CharClass.Other;
        }

        if (Rune.IsWhiteSpace(rune))
        {
            return CharClass.Space;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => CharClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber =>
                CharClass.Number,
            _ => CharClass.Other,
        };
    }

    private enum CharClass
    {
        Space,
        Letter,
        Number,
        Other,
    }
}
