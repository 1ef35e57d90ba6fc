using System.CommandLine;
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
    private const string DefaultFolder = "out/chaos";

    public static Command Create(CliConsole console)
    {
        var jobs = Values.Whole<int>("--jobs", $"How many jobs. Default {DefaultJobs}.");
        var faults = Values.Whole<int>("--faults", $"How many faults. Default {DefaultFaults}.");
        var seed = Values.Whole<ulong>("--seed", "Decides the jobs and the faults: the same number gives the same. Default 1.");
        var workers = Values.Whole<int>("--workers", "How many workers. Default 3.");
        var coordinators = Values.Whole<int>("--coordinators", "How many coordinators. Default 2.");
        var servers = new TrialServerOptions();
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
            jobs, faults, seed, workers, coordinators, servers.Broker, servers.Management, servers.Postgres, servers.Blobs, restartBroker, restartPostgres, restartBlobs, folder,
        };
        command.SetAction((parsed, token) => RunAsync(
            new ChaosOptions
            {
                Jobs = Values.InRange("--jobs", parsed.GetValue(jobs) ?? DefaultJobs, 1, ChaosOptions.MaxJobs),
                Faults = Values.InRange("--faults", parsed.GetValue(faults) ?? DefaultFaults, 0, ChaosOptions.MaxFaults),
                Seed = parsed.GetValue(seed) ?? 1,
                Workers = Values.InRange("--workers", parsed.GetValue(workers) ?? 3, 1, 100),
                Coordinators = Values.InRange("--coordinators", parsed.GetValue(coordinators) ?? 2, 1, 10),
                Servers = servers.Of(parsed, console),
                RestartBroker = parsed.GetValue(restartBroker),
                RestartPostgres = parsed.GetValue(restartPostgres),
                RestartBlobs = parsed.GetValue(restartBlobs),
                Folder = parsed.GetValue(folder) ?? DefaultFolder,
            },
            console,
            token));
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
}
