using System.Text.RegularExpressions;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Images;

/// <summary>The Dockerfile, read as far as its own rules need: stages, instructions, continued lines.</summary>
internal static partial class Dockerfile
{
    public static IReadOnlyList<DockerStage> Stages { get; } = Read(File.ReadAllText(RepositoryFolder.Combine("docker", "Dockerfile")));

    /// <summary>The stages that are images: those that say how they start.</summary>
    public static IEnumerable<DockerStage> Images => Stages.Where(stage => stage.All("ENTRYPOINT").Any());

    /// <summary>The images that serve, and can be asked whether they are well.</summary>
    public static IEnumerable<DockerStage> Services => Images.Where(stage => stage.All("HEALTHCHECK").Any());

    /// <summary>The stages that a stage is made of, the outermost first.</summary>
    public static IEnumerable<DockerStage> Line(DockerStage stage) =>
        Stages.FirstOrDefault(s => s.Name == stage.Base) is { } parent ? [stage, .. Line(parent)] : [stage];

    public static IReadOnlyList<DockerStage> Read(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Where(line => !line.TrimStart().StartsWith('#'));
        var joined = Continuation().Replace(string.Join('\n', lines), " ");
        var stages = new List<DockerStage>();
        foreach (var line in joined.Split('\n').Where(line => line.Trim().Length > 0))
        {
            var (name, rest) = line.Trim().Split(' ', 2) is [var n, var r] ? (n.ToUpperInvariant(), r.Trim()) : (line.Trim(), "");
            if (name == "FROM")
            {
                var from = From().Match(rest);
                stages.Add(new DockerStage(from.Groups["name"].Value, from.Groups["base"].Value, []));
            }
            else
            {
                var last = stages[^1];
                stages[^1] = last with { Instructions = [.. last.Instructions, new DockerInstruction(name, Spaces().Replace(rest, " "))] };
            }
        }

        return stages;
    }

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^(?<base>\S+)(\s+AS\s+(?<name>\S+))?$", RegexOptions.IgnoreCase)]
    private static partial Regex From();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
