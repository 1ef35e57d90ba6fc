using System.Text;

namespace SdFleet.Diffusion.Imaging;

/// <summary>One text chunk of a PNG file.</summary>
public sealed record PngText
{
    private const int MaxKeywordLength = 79;

    /// <summary>Creates a text chunk; it becomes tEXt where Latin-1 holds the text, else iTXt (UTF-8).</summary>
    /// <param name="keyword">1 to 79 printable Latin-1 characters, single spaces inside only (PNG 11.3.3.2).</param>
    /// <param name="text">The text, without U+0000.</param>
    public PngText(string keyword, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyword);
        ArgumentNullException.ThrowIfNull(text);
        bool printable = keyword.All(c => c is (>= ' ' and <= '~') or (>= '\u00A1' and <= '\u00FF'));
        bool spaced = keyword != keyword.Trim(' ') || keyword.Contains("  ", StringComparison.Ordinal);
        if (!printable || spaced || keyword.Length > MaxKeywordLength)
        {
            throw new ArgumentException(
                $"\"{keyword}\" is no PNG keyword: 1 to {MaxKeywordLength} printable Latin-1 characters, single spaces inside only.",
                nameof(keyword));
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("PNG text cannot hold U+0000.", nameof(text));
        }

        Keyword = keyword;
        Text = text;
    }

    /// <summary>What the text is, such as "parameters" or "Software".</summary>
    public string Keyword { get; }

    /// <summary>The text itself.</summary>
    public string Text { get; }

    /// <summary>Whether a tEXt chunk can hold it.</summary>
    internal bool IsLatin1 => !Text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF');

    /// <summary>The chunk's data, without length, type and checksum.</summary>
    internal byte[] ToChunkData()
    {
        if (IsLatin1)
        {
            return Encoding.Latin1.GetBytes($"{Keyword}\0{Text}");
        }

        // After the keyword: not compressed, method 0, no language tag, no translated keyword.
        return [.. Encoding.Latin1.GetBytes($"{Keyword}\0\0\0\0\0"), .. Encoding.UTF8.GetBytes(Text)];
    }
}
