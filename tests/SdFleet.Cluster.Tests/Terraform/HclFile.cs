using System.Text.RegularExpressions;

namespace SdFleet.Cluster.Tests.Terraform;

/// <summary>How a Terraform file is laid out, by the rules of <c>terraform fmt</c> that these files come in contact with.</summary>
internal static partial class HclFile
{
    /// <summary>What <c>terraform fmt</c> would change: indentation by nesting, neighbouring attributes' equals signs in line.</summary>
    public static IEnumerable<string> LayoutErrors(string text)
    {
        var lines = text.Split('\n');
        var depth = 0;
        var column = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var code = Comment().Replace(Text().Replace(line, "\"\""), "");
            var closing = code.TrimStart().TakeWhile(c => c is '}' or ']' or ')').Count();
            if (line.Length > 0 && line.Length - line.TrimStart(' ').Length != 2 * (depth - Math.Min(closing, 1)))
            {
                yield return $"line {i + 1} is not indented by {2 * (depth - Math.Min(closing, 1))}: {line}";
            }

            if (line != line.TrimEnd() || line.Contains('\t', StringComparison.Ordinal))
            {
                yield return $"line {i + 1} has a tab, or spaces at its end";
            }

            depth += Math.Sign(code.Count(c => c is '{' or '[' or '(') - code.Count(c => c is '}' or ']' or ')'));
            var attribute = Attribute().Match(line);
            var opens = code.TrimEnd().EndsWith('{') || code.TrimEnd().EndsWith('[') || code.TrimEnd().EndsWith('(');
            if (!attribute.Success || opens)
            {
                column = -1;
                continue;
            }

            var at = attribute.Groups["equals"].Index;
            if (column >= 0 && column != at)
            {
                yield return $"line {i + 1} has its equals sign in column {at}, the line before in {column}: {line}";
            }

            column = at;
        }
    }

    [GeneratedRegex("\"(\\\\.|[^\"\\\\])*\"")]
    private static partial Regex Text();

    [GeneratedRegex("#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*(""[^""]+""|[A-Za-z_][A-Za-z0-9_]*)\s+(?<equals>=) \S")]
    private static partial Regex Attribute();
}
