using System.CommandLine;
using System.Globalization;
using SdFleet.Cli.Chaos;
using SdFleet.Cli.Output;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet chaos</c>.</summary>
internal static class ChaosCommand
{
    private const int DefaultJobs = 1000;
    private const int DefaultFaults = 20;
    private const int ManagementPort = 15672;
    private const string DefaultFolder = "out/chaos";
    private const string ManagementVariable = "SDFLEET_MANAGEMENT";
    private const string PostgresVariable = "SDFLEET_POSTGRES";
    private const string BlobsVariable = "SDFLEET_BLOBS";

    public static Command Create(CliConsole console)
    {
        var jobs = Values.Whole<int>("--jobs", $"How many jobs. Default {DefaultJobs}.");
        var faults = Values.Whole<int>("--faults", $"How many faults. Default {DefaultFaults}.");
        var seed = Values.Whole<ulong>("--seed", "Decides the jobs and the faults: the same number gives the same. Default 1.");
        var workers = Values.Whole<int>("--workers", "How many workers. Default 3.");
        var coordinators = Values.Whole<int>("--coordinators", "How many coordinators. Default 2.");
        var broker = new BrokerOption();
        var management = Values.Text("--management", $"The broker's management API. Default: {ManagementVariable}, else http://HOST:{ManagementPort}.", "URL");
        var postgres = Values.Text("--postgres", $"PostgreSQL, as a connection string; without it jobs are kept in a file. Default: {PostgresVariable}.", "TEXT");
        var blobs = Values.Text("--blobs", $"A blob service, as a connection string or a signed address; without it pictures are kept in a folder. Default: {BlobsVariable}.", "TEXT");
        var restartBroker = Values.Text("--restart-broker", "Shell command that restarts the broker, best the hard way, and returns when it is up.", "COMMAND");
        var restartPostgres = Values.Text("--restart-postgres", "Shell command that restarts PostgreSQL, best the hard way.", "COMMAND");
        var restartBlobs = Values.Text("--restart-blobs", "Shell command that restarts the blob service.", "COMMAND");
        var folder = Values.Text("--out", $"Where the report goes: chaos.html and chaos.json. Default {DefaultFolder}.", "DIR");

        var command = new Command(
            "chaos",
            "Shows on your own servers that the fleet loses nothing and makes nothing twice while things die.\n" +
            "Starts a fleet of its own, submits jobs that cost no GPU, kills and disturbs whatever it can, and then looks at every job and\n" +
            "every picture itself. It uses a virtual host, a database and a container of its own and deletes them at the end; what you let\n" +
            "it restart, others on that server notice. Fails where anything is lost or duplicated; the last line counts both.")
        {
            jobs, faults, seed, workers, coordinators, broker.Option, management, postgres, blobs, restartBroker, restartPostgres, restartBlobs, folder,
        };
        command.SetAction((parsed, token) =>
        {
            var address = broker.Of(parsed, console);
            string? Given(Option<string?> option, string variable) =>
                parsed.GetValue(option) ?? (console.Environment(variable) is { Length: > 0 } value ? value : null);

            return RunAsync(
                new ChaosOptions
                {
                    Jobs = InRange("--jobs", parsed.GetValue(jobs) ?? DefaultJobs, 1, ChaosOptions.MaxJobs),
                    Faults = InRange("--faults", parsed.GetValue(faults) ?? DefaultFaults, 0, ChaosOptions.MaxFaults),
                    Seed = parsed.GetValue(seed) ?? 1,
                    Workers = InRange("--workers", parsed.GetValue(workers) ?? 3, 1, 100),
                    Coordinators = InRange("--coordinators", parsed.GetValue(coordinators) ?? 2, 1, 10),
                    Broker = address,
                    Management = Management(Given(management, ManagementVariable), address),
                    Postgres = Given(postgres, PostgresVariable),
                    Blobs = Given(blobs, BlobsVariable),
                    RestartBroker = parsed.GetValue(restartBroker),
                    RestartPostgres = parsed.GetValue(restartPostgres),
                    RestartBlobs = parsed.GetValue(restartBlobs),
                    Folder = parsed.GetValue(folder) ?? DefaultFolder,
                },
                console,
                token);
        });
        return command;
    }

    /// <summary>Runs it, and prints the two counts last.</summary>
    public static async Task<int> RunAsync(ChaosOptions options, CliConsole console, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new CliException("chaos needs Linux or macOS: Windows has no signals that stop a process and let it go on.");
        }

        try
        {
            await using var run = new ChaosRun(options, console);
            var report = await run.RunAsync(cancellationToken);
            await console.Out.WriteLineAsync(report.Verdict);
            return report.Findings.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (Exception e) when (e is JobStoreException or ArtifactStoreException)
        {
            throw new CliException(e.Message, cause: e);
        }
    }

    private static int InRange(string option, int value, int min, int max) => value >= min && value <= max
        ? value
        : throw new CliException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}: {min} to {max}."), ExitCodes.Usage);

    private static Uri Management(string? given, Uri broker)
    {
        if (given is null)
        {
            return new UriBuilder(broker.Scheme == "amqps" ? "https" : "http", broker.Host, ManagementPort).Uri;
        }

        return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CliException($"--management (or {ManagementVariable}) is \"{given}\": an address such as http://localhost:{ManagementPort}.", ExitCodes.Usage);
    }
}
