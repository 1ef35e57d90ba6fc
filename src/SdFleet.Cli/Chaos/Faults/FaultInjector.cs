using System.Diagnostics;
using SdFleet.Cli.Chaos.Fleet;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Servers;
using SdFleet.Cli.Output;
using SdFleet.JobStore;

namespace SdFleet.Cli.Chaos.Faults;

/// <summary>Does what the plan says to the run's own processes, to its own part of each server, and to servers that the user lets it restart.</summary>
/// <param name="options">Which servers may be restarted.</param>
/// <param name="fleet">The processes.</param>
/// <param name="management">The virtual host.</param>
/// <param name="database">The database; null where it is a file.</param>
/// <param name="proxy">What stands before the blob service; null where there is none.</param>
internal sealed class FaultInjector(ChaosOptions options, ChaosFleet fleet, ScratchVirtualHost management, ScratchDatabase? database, BlobProxy? proxy)
{
    // Longer than the lease, so that the fleet has given the worker up when it wakes.
    private static readonly TimeSpan BeyondTheLease = FleetSettings.RunLease + TimeSpan.FromSeconds(2);

    // RabbitMQ 3.10 forgets a quorum queue where it is killed within about three seconds of its declaration.
    private static readonly TimeSpan QueuesAreSafe = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    /// <summary>The faults that can be done with what the user gave.</summary>
    public static IReadOnlyCollection<FaultKind> Possible(ChaosOptions options)
    {
        var missing = Impossible(options);
        return [.. Enum.GetValues<FaultKind>().Where(k => !missing.ContainsKey(k))];
    }

    /// <summary>The faults that cannot be done, each with the reason.</summary>
    public static IReadOnlyDictionary<FaultKind, string> Impossible(ChaosOptions options)
    {
        var reasons = new Dictionary<FaultKind, string>();
        if (options.RestartBroker is null)
        {
            reasons[FaultKind.BrokerRestarted] = "no --restart-broker was given";
        }

        if (options.Servers.Postgres is null)
        {
            reasons[FaultKind.SessionsEnded] = reasons[FaultKind.PostgresRestarted] = "no --postgres was given: jobs were kept in a file";
        }
        else if (options.RestartPostgres is null)
        {
            reasons[FaultKind.PostgresRestarted] = "no --restart-postgres was given";
        }

        if (options.Servers.Blobs is null)
        {
            foreach (var kind in new[] { FaultKind.BlobErrors, FaultKind.BlobAnswersLost, FaultKind.BlobsHang, FaultKind.BlobsAway, FaultKind.BlobsRestarted })
            {
                reasons[kind] = "no --blobs was given: pictures were kept in a folder";
            }
        }
        else if (options.RestartBlobs is null)
        {
            reasons[FaultKind.BlobsRestarted] = "no --restart-blobs was given";
        }

        return reasons;
    }

    /// <summary>Does it, and returns when it is over and what it took away is back.</summary>
    /// <returns>To whom, and what it met.</returns>
    public Task<string> StrikeAsync(PlannedFault fault, CancellationToken cancellationToken) => fault.Kind switch
    {
        FaultKind.WorkerKilled => KillAsync(Of(fleet.Workers, fault), cancellationToken),
        FaultKind.WorkerTerminated => TerminateAsync(Of(fleet.Workers, fault), cancellationToken),
        FaultKind.WorkerStopped => StopAsync(Of(fleet.Workers, fault), cancellationToken),
        FaultKind.CoordinatorKilled => KillAsync(Of(fleet.Coordinators, fault), cancellationToken),
        FaultKind.ApiKilled => KillAsync(fleet.Api, cancellationToken),
        FaultKind.ConnectionsClosed => CloseConnectionsAsync(cancellationToken),
        FaultKind.BrokerRestarted => RestartBrokerAsync(cancellationToken),
        FaultKind.SessionsEnded => EndSessionsAsync(cancellationToken),
        FaultKind.PostgresRestarted => RestartAsync(options.RestartPostgres!),
        FaultKind.BlobErrors => HarmBlobsAsync(BlobFault.Errors, fault.Duration, cancellationToken),
        FaultKind.BlobAnswersLost => HarmBlobsAsync(BlobFault.AnswersLost, fault.Duration, cancellationToken),
        FaultKind.BlobsHang => HarmBlobsAsync(BlobFault.Hang, fault.Duration, cancellationToken),
        FaultKind.BlobsAway => HarmBlobsAsync(BlobFault.Away, fault.Duration, cancellationToken),
        FaultKind.BlobsRestarted => RestartBlobsAsync(cancellationToken),
        _ => throw new InvalidOperationException($"No fault {fault.Kind}."),
    };

    private static FleetMember Of(IReadOnlyList<FleetMember> members, PlannedFault fault) => members[fault.Victim % members.Count];

    private static async Task<string> KillAsync(FleetMember member, CancellationToken cancellationToken)
    {
        var victim = member.Title;
        await member.KillAsync();
        return victim + await BackAsync(member, cancellationToken);
    }

    private static async Task<string> TerminateAsync(FleetMember member, CancellationToken cancellationToken)
    {
        var victim = member.Title;
        var watch = Stopwatch.StartNew();
        var isOrderly = await member.TerminateAsync(StopPatience);
        var end = isOrderly ? $", ended after {Amount.Duration(watch.Elapsed.TotalSeconds)}" : ", did not end and was killed";
        return victim + end + await BackAsync(member, cancellationToken);
    }

    private static async Task<string> BackAsync(FleetMember member, CancellationToken cancellationToken)
    {
        member.Start();
        return await member.UntilReadyAsync(StartPatience, cancellationToken) ? "" : ", and was not ready again in time";
    }

    private static async Task<string> StopAsync(FleetMember member, CancellationToken cancellationToken)
    {
        var victim = member.Title;
        member.Stop();
        try
        {
            await Task.Delay(BeyondTheLease, cancellationToken);
        }
        finally
        {
            member.Continue();
        }

        return victim;
    }

    private static async Task<string> RestartAsync(string command)
    {
        await ServerCommand.RunAsync(command);
        return "";
    }

    private async Task<string> CloseConnectionsAsync(CancellationToken cancellationToken) =>
        Amount.Plural(await PersistAsync(async () => (long)await management.CloseConnectionsAsync(cancellationToken), cancellationToken), "connection");

    private async Task<string> EndSessionsAsync(CancellationToken cancellationToken) =>
        Amount.Plural(await PersistAsync(() => database!.EndSessionsAsync(cancellationToken), cancellationToken), "session");

    // A server that has just come back, or is busy, may not answer at once.
    private static async Task<long> PersistAsync(Func<Task<long>> work, CancellationToken cancellationToken)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (
                watch.Elapsed < StartPatience && !cancellationToken.IsCancellationRequested && e is HttpRequestException or JobStoreException or OperationCanceledException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<string> RestartBrokerAsync(CancellationToken cancellationToken)
    {
        if (_sinceStart.Elapsed < QueuesAreSafe)
        {
            await Task.Delay(QueuesAreSafe - _sinceStart.Elapsed, cancellationToken);
        }

        await ServerCommand.RunAsync(options.RestartBroker!);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < StartPatience)
        {
            if (await management.IsUpAsync(cancellationToken))
            {
                return "";
            }

            await Task.Delay(Pause, cancellationToken);
        }

        throw new CliException($"the broker was restarted, and its management API has not answered for {Amount.Duration(StartPatience.TotalSeconds)}.");
    }

    private async Task<string> HarmBlobsAsync(BlobFault fault, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = proxy!.Harmed;
        proxy.Begin(fault);
        try
        {
            await Task.Delay(duration, cancellationToken);
        }
        finally
        {
            proxy.End();
        }

        return Amount.Plural(proxy.Harmed - before, "request");
    }

    // A service that is asked to stop ends what it has begun; whoever asks it is cut off first, as by a server that goes away.
    private async Task<string> RestartBlobsAsync(CancellationToken cancellationToken)
    {
        var before = proxy!.Harmed;
        proxy.Begin(BlobFault.Away);
        try
        {
            await Task.Delay(Pause, cancellationToken);
            await ServerCommand.RunAsync(options.RestartBlobs!);
        }
        finally
        {
            proxy.End();
        }

        return Amount.Plural(proxy.Harmed - before, "request");
    }
}
