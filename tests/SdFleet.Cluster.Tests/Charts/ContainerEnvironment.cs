using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Support;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>What a container finds in its environment: <c>$(NAME)</c> is replaced as the kubelet does it, secrets have sample values.</summary>
internal static partial class ContainerEnvironment
{
    private const string Prefix = "SdFleet__";

    // By the key in the Secret.
    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal)
    {
        ["username"] = "sdfleet",
        ["password"] = "hunter2",
        ["connectionString"] = "DefaultEndpointsProtocol=https;AccountName=sample;AccountKey=c2FtcGxl;EndpointSuffix=core.windows.net",
    };

    public static Dictionary<string, string> Of(JsonObject container)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in container.All("env"))
        {
            var secret = variable.Text("valueFrom", "secretKeyRef", "key");
            var value = secret.Length > 0 ? Secrets[secret] : variable.Text("value");
            environment.Add(variable.Text("name"), Reference().Replace(value, reference => environment[reference.Groups[1].Value]));
        }

        return environment;
    }

    /// <summary>Those of them that the services read as configuration, by their keys.</summary>
    public static Dictionary<string, string> Configuration(IEnumerable<KeyValuePair<string, string>> environment) => environment
        .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(variable => variable.Key.Replace("__", ":", StringComparison.Ordinal), variable => variable.Value, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")]
    private static partial Regex Reference();
}
