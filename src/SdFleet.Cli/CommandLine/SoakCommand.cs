using System.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Cli.Soak;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet soak</c>.</summary>
internal static class SoakCommand
{
    private const double DefaultMinutes = 20;
    private const double DefaultRate = 6;
    private const double DefaultGrowth = 10;
    private const string DefaultFolder = "out/soak";

    public static Command Create(CliConsole console)
    {
        var minutes = Values.Number("--minutes", $"How long. Default {DefaultMinutes}.");
        var rate = Values.Number("--rate", $"Jobs a second. Default {DefaultRate}.");
        var growth = Values.Number("--max-growth", $"What memory may gain over the run, in percent of its level. Default {DefaultGrowth}.");
        var seed = Values.Whole<ulong>("--seed", "Decides the jobs: the same number gives the same. Default 1.");
        var workers = Values.Whole<int>("--workers", "How many workers. Default 2.");
        var coordinators = Values.Whole<int>("--coordinators", "How many coordinators. Default 1.");
        var servers = new TrialServerOptions();
        var folder = Values.Text("--out", $"Where the report goes: soak.html and soak.csv. Default {DefaultFolder}.", "DIR");
        var command = new Command(
            "soak",
            "Shows on your own servers that a fleet that works for long goes on needing no more than at first.\n" +
            "Starts a fleet of its own, submits jobs that cost no GPU at a steady rate, measures every process, the broker and the database,\n" +
            "and says which lines grow once it has warmed up. It uses a virtual host, a database and a container of its own and deletes them\n" +
            "at the end. Fails where anything grows; the last line says so.")
        {
            minutes, rate, growth, seed, workers, coordinators, servers.Broker, servers.Management, servers.Postgres, servers.Blobs, folder,
        };
        command.SetAction((parsed, token) => RunAsync(
            new SoakOptions
            {
                Duration = TimeSpan.FromMinutes(Values.InRange("--minutes", parsed.GetValue(minutes) ?? DefaultMinutes, SoakOptions.MinMinutes, SoakOptions.MaxMinutes)),
                Rate = Values.InRange("--rate", parsed.GetValue(rate) ?? DefaultRate, 0.1, SoakOptions.MaxRate),
                MaxGrowth = Values.InRange("--max-growth", parsed.GetValue(growth) ?? DefaultGrowth, 0, 1000) / 100,
                Seed = parsed.GetValue(seed) ?? 1,
                Workers = Values.InRange("--workers", parsed.GetValue(workers) ?? 2, 1, 100),
                Coordinators = Values.InRange("--coordinators", parsed.GetValue(coordinators) ?? 1, 1, 10),
                Servers = servers.Of(parsed, console),
                Folder = parsed.GetValue(folder) ?? DefaultFolder,
            },
            console,
            token));
        return command;
    }

    /// <summary>Runs it, and prints the verdict last.</summary>
    public static async Task<int> RunAsync(SoakOptions options, CliConsole console, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CliException("soak needs Linux: it reads under /proc what the processes take.");
        }

        try
        {
            await using var run = new SoakRun(options, console);
            var report = await run.RunAsync(cancellationToken);
            await console.Out.WriteLineAsync(report.Verdict);
            return report.IsGood ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (Exception e) when (e is JobStoreException or ArtifactStoreException)
        {
            throw new CliException(e.Message, cause: e);
        }
    }
}
