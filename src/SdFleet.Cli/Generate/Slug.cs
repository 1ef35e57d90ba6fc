using System.Text;

namespace SdFleet.Cli.Generate;

/// <summary>Makes file names of prompts.</summary>
internal static class Slug
{
    private const int LongestSlug = 60;
    private const string Nothing = "picture";

    /// <summary>Lower-case letters and digits, words joined by single dashes.</summary>
    public static string Of(string text)
    {
        var slug = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }

        }

        var whole = slug.ToString().Trim('-');
        if (whole.Length > LongestSlug)
        {
            // Between words, where there is more than one.
            var end = whole.LastIndexOf('-', LongestSlug);
            whole = whole[..(end > 0 ? end : LongestSlug)];
        }

        return whole.Length > 0 ? whole : Nothing;
    }
}
