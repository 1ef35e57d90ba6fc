using System.Text.RegularExpressions;

namespace SdFleet.Cluster.Tests.Images;

/// <summary>Rules like hadolint's. No container engine and no linter can be had where this is built.</summary>
internal static partial class DockerRules
{
    /// <summary>What is wrong with a Dockerfile, stage by stage.</summary>
    public static IEnumerable<string> Check(IReadOnlyList<DockerStage> stages) => stages.SelectMany((stage, i) => Check(stage, stages.Take(i)).Select(e => $"{stage.Name}: {e}"));

    private static IEnumerable<string> Check(DockerStage stage, IEnumerable<DockerStage> before)
    {
        if (stage.Name.Length == 0)
        {
            yield return $"the stage from {stage.Base} has no name";
        }

        if (before.All(earlier => earlier.Name != stage.Base) && !Pinned().IsMatch(stage.Base))
        {
            yield return $"{stage.Base} is not pinned to a full version or a digest";
        }

        foreach (var (name, text) in stage.Instructions)
        {
            foreach (var error in CheckInstruction(name, text))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> CheckInstruction(string name, string text)
    {
        switch (name)
        {
            case "ADD":
                yield return "ADD fetches and unpacks; COPY says what it does";
                break;
            case "MAINTAINER":
                yield return "MAINTAINER is a label today";
                break;
            case "WORKDIR" when !text.StartsWith('/'):
                yield return $"WORKDIR {text} is relative";
                break;
            case "ENTRYPOINT" or "CMD" when !text.StartsWith('['):
                yield return $"{name} {text} starts a shell, which takes the signals";
                break;
            case "USER" when !NumericUser().IsMatch(text):
                yield return $"USER {text}: Kubernetes can tell that it is not root only from a number above 0";
                break;
            case "ENV" or "ARG" or "LABEL" when Secret().IsMatch(text):
                yield return $"{name} keeps a secret in the image";
                break;
            case "RUN":
                foreach (var error in CheckCommand(text))
                {
                    yield return error;
                }

                break;
        }
    }

    private static IEnumerable<string> CheckCommand(string command)
    {
        if (Regex.IsMatch(command, @"\bsudo\b|\bapt\s|apt-get (dist-)?upgrade|\|\s*(ba)?sh\b"))
        {
            yield return $"RUN {command}: no sudo, apt, upgrade or piping into a shell";
        }

        if (command.Contains("apt-get install", StringComparison.Ordinal))
        {
            foreach (var needed in new[] { "apt-get update", "-y", "--no-install-recommends", "rm -rf /var/lib/apt/lists/*" })
            {
                if (!command.Contains(needed, StringComparison.Ordinal))
                {
                    yield return $"RUN {command}: without {needed}";
                }
            }
        }
    }

    // name:1.2.3-variant or name@sha256:...
    [GeneratedRegex(@"(:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?|@sha256:[0-9a-f]{64})$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^[1-9]\d*(:[1-9]\d*)?$")]
    private static partial Regex NumericUser();

    [GeneratedRegex(@"(password|passwd|secret|token|api_?key)\w*=", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
