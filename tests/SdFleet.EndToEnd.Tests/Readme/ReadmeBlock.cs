using System.Text.RegularExpressions;

namespace SdFleet.EndToEnd.Tests.Readme;

/// <summary>A block of code in the README, with what the comment before it says of who runs it.</summary>
internal sealed partial record ReadmeBlock(string Language, string? RunBy, string Code)
{
    public static IReadOnlyList<ReadmeBlock> Read(string markdown) =>
        [.. Fence().Matches(markdown).Select(m => new ReadmeBlock(
            m.Groups["language"].Value,
            m.Groups["by"].Success ? m.Groups["by"].Value.Trim() : null,
            m.Groups["code"].Value))];

    [GeneratedRegex(@"(<!-- (?:compiled and )?run by: (?<by>[^>]*?)-->\r?\n)?```(?<language>[a-z]*)\r?\n(?<code>.*?)\r?\n```\r?\n", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
