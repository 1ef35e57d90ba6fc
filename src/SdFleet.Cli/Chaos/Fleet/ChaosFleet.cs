using SdFleet.Cli.Output;

namespace SdFleet.Cli.Chaos.Fleet;

/// <summary>The run's services: one API, coordinators and workers, each a process.</summary>
internal sealed class ChaosFleet : IDisposable
{
    private const int TailLines = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="settings">Their configuration.</param>
    /// <param name="coordinators">How many.</param>
    /// <param name="workers">How many.</param>
    /// <param name="logs">Folder of what they print.</param>
    /// <param name="journals">Folder of the workers' journals.</param>
    public ChaosFleet(FleetSettings settings, int coordinators, int workers, string logs, string journals)
    {
        var ports = FreePorts.Take(1 + coordinators + workers);
        var common = settings.Common();
        Api = new FleetMember("api", "SdFleet.Api", ports[0], common, logs);
        Coordinators = [.. Enumerable.Range(1, coordinators).Select(i => new FleetMember($"coordinator {i}", "SdFleet.Coordinator", ports[i], common, logs))];
        Workers =
        [
            .. Enumerable.Range(1, workers).Select(i => new FleetMember(
                $"worker {i}", "SdFleet.Worker", ports[coordinators + i], settings.Worker(Path.Combine(journals, $"worker-{i}-{{start}}.jsonl")), logs)),
        ];
    }

    public FleetMember Api { get; }

    public IReadOnlyList<FleetMember> Coordinators { get; }

    public IReadOnlyList<FleetMember> Workers { get; }

    public IEnumerable<FleetMember> Members => [Api, .. Coordinators, .. Workers];

    /// <summary>Starts all of them, and returns when they can do their work.</summary>
    /// <exception cref="CliException">One cannot.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var member in Members)
        {
            member.Start();
        }

        foreach (var member in Members)
        {
            if (!await member.UntilReadyAsync(Patience, cancellationToken))
            {
                throw new CliException($"{member.Name} did not become ready. The end of what it printed:\n{member.Tail(TailLines)}");
            }
        }
    }

    /// <summary>Starts those again that ended and were not to.</summary>
    /// <returns>What happened, a line each.</returns>
    public IReadOnlyList<string> Revive()
    {
        var revived = new List<string>();
        foreach (var member in Members)
        {
            if (member.Revive() is { } exitCode)
            {
                revived.Add($"{member.Name} ended by itself with exit code {exitCode}, and was started again");
            }
        }

        return revived;
    }

    public void Dispose()
    {
        foreach (var member in Members)
        {
            member.Dispose();
        }
    }
}
