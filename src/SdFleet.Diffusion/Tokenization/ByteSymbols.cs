namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// GPT-2's table from bytes to printable characters: printable Latin-1 stands for itself, the other 68 bytes are
/// U+0100 and up in order. Vocabulary and merge files are written in these characters.
/// </summary>
internal static class ByteSymbols
{
    private const int FirstSubstitute = 0x100;

    private static readonly char[] Symbols = Create();

    /// <summary>The character that stands for <paramref name="value"/> in the vocabulary.</summary>
    public static char Of(byte value) => Symbols[value];

    private static char[] Create()
    {
        char[] symbols = new char[256];
        int substitutes = 0;
        for (int value = 0; value < symbols.Length; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            symbols[value] = (char)(printable ? value : FirstSubstitute + substitutes++);
        }

        return symbols;
    }
}
