using System.Data.Common;
using System.Globalization;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>Somebody whom a pod talks to.</summary>
/// <param name="Uses">What for: a name of <c>networkPolicy.peers</c>.</param>
/// <param name="Host">Where.</param>
/// <param name="Port">Which port.</param>
internal sealed record Connection(string Uses, string Host, int Port)
{
    private const int Https = 443;

    /// <summary>What a container's settings make it talk to: the addresses that are in them.</summary>
    public static IEnumerable<Connection> Of(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            switch (name)
            {
                case "SdFleet__Transport__Uri":
                case "SdFleet__Transport__Management":
                    yield return At("rabbitmq", new Uri(value));
                    break;
                case "SdFleet__JobStore__ConnectionString":
                    var settings = new DbConnectionStringBuilder { ConnectionString = value };
                    yield return new Connection("postgres", (string)settings["Host"], int.Parse((string)settings["Port"], CultureInfo.InvariantCulture));
                    break;
                case "OTEL_EXPORTER_OTLP_ENDPOINT":
                    yield return At("telemetry", new Uri(value));
                    break;
                case var store when store.EndsWith("__ServiceUri", StringComparison.Ordinal):
                    yield return At("blob", new Uri(value));
                    break;
                case var store when store.EndsWith("Artifacts__ConnectionString", StringComparison.Ordinal) || store.EndsWith("Store__ConnectionString", StringComparison.Ordinal) && store.Contains("ModelSource", StringComparison.Ordinal):
                    var account = new DbConnectionStringBuilder { ConnectionString = value };
                    yield return new Connection("blob", $"{account["AccountName"]}.blob.{account["EndpointSuffix"]}", Https);
                    break;
            }
        }
    }

    private static Connection At(string uses, Uri address) => new(uses, address.Host, address.Port);
}
