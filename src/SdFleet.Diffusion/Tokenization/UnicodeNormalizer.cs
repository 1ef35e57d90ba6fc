using System.Globalization;
using System.Text;

namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// Normalization form C (Unicode Standard Annex 15) from a table of our own. <see cref="string.Normalize()"/> follows
/// the ICU of the machine, and does nothing at all for non-ASCII text where globalization is invariant, as in small
/// containers: the same prompt would then give other tokens, so another image, on another worker.
/// </summary>
internal static class UnicodeNormalizer
{
    // Below U+0300 there is neither a combining mark nor a character that normalization form C changes.
    private const char FirstThatMayChange = '\u0300';

    private const int HangulBase = 0xAC00;
    private const int LeadingBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailingBase = 0x11A7;
    private const int LeadingCount = 19;
    private const int VowelCount = 21;
    private const int TrailingCount = 28;
    private const int HangulCount = LeadingCount * VowelCount * TrailingCount;

    private static readonly Lazy<Tables> SharedTables = new(Tables.Load);

    /// <summary>Normalization form C of <paramref name="text"/>; a lone surrogate becomes U+FFFD.</summary>
    public static string ToFormC(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstThatMayChange, '\uFFFF') < 0)
        {
            return text;
        }

        Tables tables = SharedTables.Value;
        List<Piece> pieces = new(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, tables, pieces);
        }

        Reorder(pieces);
        int length = Compose(pieces, tables);
        StringBuilder result = new(text.Length);
        Span<char> utf16 = stackalloc char[2];
        for (int i = 0; i < length; i++)
        {
            result.Append(utf16[..new Rune(pieces[i].CodePoint).EncodeToUtf16(utf16)]);
        }

        return result.ToString();
    }

    private static void Decompose(int codePoint, Tables tables, List<Piece> pieces)
    {
        int syllable = codePoint - HangulBase;
        if ((uint)syllable < HangulCount)
        {
            pieces.Add(new(LeadingBase + (syllable / (VowelCount * TrailingCount)), 0));
            pieces.Add(new(VowelBase + (syllable % (VowelCount * TrailingCount) / TrailingCount), 0));
            int trailing = syllable % TrailingCount;
            if (trailing != 0)
            {
                pieces.Add(new(TrailingBase + trailing, 0));
            }
        }
        else if (tables.Decompositions.TryGetValue(codePoint, out (int First, int Second) parts))
        {
            Decompose(parts.First, tables, pieces);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, tables, pieces);
            }
        }
        else
        {
            pieces.Add(new(codePoint, tables.Classes.GetValueOrDefault(codePoint)));
        }
    }

    // Canonical ordering: a stable sort by class of each run of combining marks. Insertion sort, runs are short.
    private static void Reorder(List<Piece> pieces)
    {
        for (int i = 1; i < pieces.Count; i++)
        {
            Piece piece = pieces[i];
            int j = i;
            for (; piece.Class != 0 && j > 0 && pieces[j - 1].Class > piece.Class; j--)
            {
                pieces[j] = pieces[j - 1];
            }

            pieces[j] = piece;
        }
    }

    /// <summary>Composes in place, and returns how many pieces are left at the front.</summary>
    private static int Compose(List<Piece> pieces, Tables tables)
    {
        int length = 0;
        int starter = -1;
        int lastClass = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            Piece piece = pieces[i];

            // Blocked: something of the same or a higher class stands between the starter and this character.
            bool blocked = starter < 0 || (starter != length - 1 && lastClass >= piece.Class);
            if (!blocked && TryCompose(pieces[starter].CodePoint, piece.CodePoint, tables, out int composed))
            {
                pieces[starter] = new(composed, 0);
                continue;
            }

            if (piece.Class == 0)
            {
                starter = length;
            }

            lastClass = piece.Class;
            pieces[length++] = piece;
        }

        return length;
    }

    private static bool TryCompose(int first, int second, Tables tables, out int composed)
    {
        int leading = first - LeadingBase;
        int vowel = second - VowelBase;
        if ((uint)leading < LeadingCount && (uint)vowel < VowelCount)
        {
            composed = HangulBase + (((leading * VowelCount) + vowel) * TrailingCount);
            return true;
        }

        int syllable = first - HangulBase;
        int trailing = second - TrailingBase;
        if ((uint)syllable < HangulCount && syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount)
        {
            composed = first + trailing;
            return true;
        }

        return tables.Compositions.TryGetValue((first, second), out composed);
    }

    private readonly record struct Piece(int CodePoint, byte Class);

    private sealed class Tables
    {
        private const string Resource = "SdFleet.Diffusion.Tokenization.nfc.txt";

        public Dictionary<int, byte> Classes { get; } = [];

        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public static Tables Load()
        {
            using Stream stream = typeof(UnicodeNormalizer).Assembly.GetManifestResourceStream(Resource)
                ?? throw new InvalidOperationException($"The resource {Resource} is missing from the assembly.");
            using StreamReader reader = new(stream);
            Tables tables = new();
            while (reader.ReadLine() is { } line)
            {
                tables.Add(line.Split(' '));
            }

            return tables;
        }

        private void Add(string[] fields)
        {
            switch (fields[0])
            {
                case "ccc":
                    byte combiningClass = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                    for (int c = Hex(fields[1]); c <= Hex(fields[2]); c++)
                    {
                        Classes.Add(c, combiningClass);
                    }

                    break;
                case "one":
                    Decompositions.Add(Hex(fields[1]), (Hex(fields[2]), 0));
                    break;
                case "two":
                    Decompositions.Add(Hex(fields[1]), (Hex(fields[2]), Hex(fields[3])));
                    Compositions.Add((Hex(fields[2]), Hex(fields[3])), Hex(fields[1]));
                    break;
                case "dec":
                    Decompositions.Add(Hex(fields[1]), (Hex(fields[2]), Hex(fields[3])));
                    break;
            }
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
