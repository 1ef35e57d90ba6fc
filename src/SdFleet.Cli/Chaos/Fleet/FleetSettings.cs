using System.Globalization;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Keys;
using SdFleet.Storage;

namespace SdFleet.Cli.Chaos.Fleet;

/// <summary>How the run's services are configured: as any fleet, with leases short enough that a run does not wait for them.</summary>
internal sealed record FleetSettings
{
    /// <summary>Failures and evictions after which a job is given up: the services' defaults.</summary>
    public const int MaxFailures = 3;

    /// <inheritdoc cref="MaxFailures"/>
    public const int MaxEvictions = 10;

    /// <summary>A worker that has been silent for so long is given up.</summary>
    public static readonly TimeSpan RunLease = TimeSpan.FromSeconds(6);

    private const string Model = "chaos";
    private const int MaxSteps = 150;

    private static readonly TimeSpan ReleaseLease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(20);

    public required Uri Broker { get; init; }

    public required Uri Management { get; init; }

    /// <summary>The broker's user, who may publish for the tenants of the plan.</summary>
    public required string Publisher { get; init; }

    /// <summary>Connection string of the run's database; null for <see cref="JobFile"/>.</summary>
    public required string? Database { get; init; }

    /// <summary>The database file, where there is no PostgreSQL.</summary>
    public required string JobFile { get; init; }

    public required ArtifactStoreOptions Artifacts { get; init; }

    /// <summary>The tenants' keys.</summary>
    public required IReadOnlyDictionary<string, ApiKey> Keys { get; init; }

    /// <summary>Settings on top of these, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();

    /// <summary>What all services are told.</summary>
    public Dictionary<string, string> Common()
    {
        var settings = new Dictionary<string, string>
        {
            ["SdFleet__Transport__Kind"] = "RabbitMq",
            ["SdFleet__Transport__Uri"] = Broker.AbsoluteUri,
            ["SdFleet__Transport__Management"] = Management.AbsoluteUri,
            ["SdFleet__JobStore__Kind"] = Database is null ? "Embedded" : "Postgres",
            [Database is null ? "SdFleet__JobStore__Path" : "SdFleet__JobStore__ConnectionString"] = Database ?? JobFile,
            ["SdFleet__Artifacts__Kind"] = Artifacts.Kind.ToString(),
            ["SdFleet__Models__0__Name"] = Model,
            ["SdFleet__Models__0__DefaultWidth"] = "64",
            ["SdFleet__Models__0__DefaultHeight"] = "64",
            ["SdFleet__Models__0__DefaultScheduler"] = "ddim",
            ["SdFleet__Models__0__MaxSteps"] = Text(MaxSteps),
            ["SdFleet__Leases__RunLease"] = RunLease.ToString(),
            ["SdFleet__Leases__ReleaseLease"] = ReleaseLease.ToString(),
            ["SdFleet__Retry__MaxFailures"] = Text(MaxFailures),
            ["SdFleet__Retry__MaxEvictions"] = Text(MaxEvictions),
            ["SdFleet__Retry__BaseDelay"] = "00:00:00.5",
        };
        foreach (var (key, value) in new[]
        {
            ("Path", Artifacts.Path), ("Container", Artifacts.Container), ("ConnectionString", Artifacts.ConnectionString), ("ServiceUri", Artifacts.ServiceUri),
        })
        {
            if (value is not null)
            {
                settings[$"SdFleet__Artifacts__{key}"] = value;
            }
        }

        foreach (var (index, tenant) in JobPlan.Tenants.Index())
        {
            settings[$"SdFleet__Publishers__Users__{Publisher}__Tenants__{Text(index)}"] = tenant;
            settings[$"SdFleet__ApiKeys__Keys__{tenant}__Tenant"] = tenant;
            settings[$"SdFleet__ApiKeys__Keys__{tenant}__Sha256"] = Keys[tenant].Sha256;
        }

        foreach (var (name, value) in More)
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>What a worker is told: its model computes nothing, and writes down what it begins.</summary>
    /// <param name="journal">The file, with <c>{start}</c> where the number of the process goes.</param>
    public Dictionary<string, string> Worker(string journal) => new(Common())
    {
        ["SdFleet__Worker__Synthetic__Enabled"] = "true",
        ["SdFleet__Worker__Synthetic__StepTime"] = StepTime.ToString(),
        ["SdFleet__Worker__Synthetic__Journal"] = journal,
        ["SdFleet__Worker__HeartbeatInterval"] = "00:00:01",
        ["SdFleet__Worker__FinishTimeout"] = "00:00:01",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
