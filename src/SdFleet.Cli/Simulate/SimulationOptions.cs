using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Leases;
using SdFleet.Coordinator.Release;
using SdFleet.JobStore;

namespace SdFleet.Cli.Simulate;

/// <summary>Everything that a simulation depends on. Release, leases and retries are the coordinator's own options.</summary>
internal sealed class SimulationOptions
{
    private const long MostJobs = 20_000_000;
    private const int MostWorkers = 100_000;

    /// <summary>What all chances are drawn from: the same seed gives the same run.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>A run that has not ended after so many simulated days is given up. Default 30.</summary>
    public double MaxDays { get; set; } = 30;

    public NodeOptions Nodes { get; set; } = new();

    public ScalingOptions Scaling { get; set; } = new();

    public SimulatedWorkerOptions Worker { get; set; } = new();

    public ReleaseOptions Release { get; set; } = new();

    public LeaseOptions Leases { get; set; } = new();

    public RetryPolicy Retry { get; set; } = new();

    public List<WorkloadStream> Workload { get; set; } = [];

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (var wrong in ReleaseOptions.Validate(Release))
        {
            yield return $"release:{wrong}";
        }

        foreach (var wrong in LeaseOptions.Validate(Leases))
        {
            yield return $"leases:{wrong}";
        }

        foreach (var (name, value, min, max) in Limits())
        {
            if (!(value >= min && value <= max))
            {
                yield return FormattableString.Invariant($"{name} is {value}: {min} to {max}");
            }
        }

        if (Workload.Count == 0)
        {
            yield return "workload is empty: at least one stream of jobs";
        }

        if (Workload.Sum(s => s.Jobs > 0 ? (double)s.Jobs * s.Times : s.PerHour * s.Hours) is > MostJobs and var jobs)
        {
            yield return FormattableString.Invariant($"workload is {jobs} jobs: at most {MostJobs}");
        }
    }

    private IEnumerable<(string Name, double Value, double Min, double Max)> Limits()
    {
        const double Day = 86_400;
        yield return ("maxDays", MaxDays, 0.001, 3650);
        yield return ("nodes:startSeconds", Nodes.StartSeconds, 0, Day);
        yield return ("nodes:startSpread", Nodes.StartSpread, 0, 1);
        yield return ("nodes:loadSeconds", Nodes.LoadSeconds, 0, Day);
        yield return ("nodes:reloadSeconds", Nodes.ReloadSeconds, 0, Day);
        yield return ("nodes:idleSeconds", Nodes.IdleSeconds, 0, Day);
        yield return ("nodes:speedSpread", Nodes.SpeedSpread, 0, 0.9);
        yield return ("nodes:price", Nodes.Price, 0, 1e6);
        yield return ("nodes:spotPrice", Nodes.SpotPrice, 0, 1e6);
        yield return ("nodes:spotNodes", Nodes.SpotNodes, 0, MostWorkers);
        yield return ("nodes:spotLossesPerHour", Nodes.SpotLossesPerHour, 0, 3600);
        yield return ("nodes:spotNoticeSeconds", Nodes.SpotNoticeSeconds, 0, Day);
        yield return ("nodes:silentSeconds", Nodes.SilentSeconds, 0, Day);
        yield return ("scaling:minReplicas", Scaling.MinReplicas, 0, Scaling.MaxReplicas);
        yield return ("scaling:maxReplicas", Scaling.MaxReplicas, 1, MostWorkers);
        yield return ("scaling:targetGpuSeconds", Scaling.TargetGpuSeconds, 0.001, 1e9);
        yield return ("scaling:targetMessages", Scaling.TargetMessages, 0.001, 1e9);
        yield return ("scaling:secondsPerJob", Scaling.SecondsPerJob, 0.001, Day);
        yield return ("scaling:pollingSeconds", Scaling.PollingSeconds, 1, 3600);
        yield return ("scaling:cooldownSeconds", Scaling.CooldownSeconds, 0, Day);
        yield return ("scaling:scaleInSeconds", Scaling.ScaleInSeconds, 0, 3600);
        yield return ("scaling:scaleInPercent", Scaling.ScaleInPercent, 0, 100);
        yield return ("scaling:scaleInPeriodSeconds", Scaling.ScaleInPeriodSeconds, 1, 1800);
        yield return ("worker:maxBatchImages", Worker.MaxBatchImages, 1, 64);
        yield return ("worker:finishSeconds", Worker.FinishSeconds, 0, 3600);
        foreach (var (i, stream) in Workload.Index())
        {
            yield return ($"workload:{i}:lane", (int)stream.Lane, 0, (int)Enum.GetValues<Lane>()[^1]);
            yield return ($"workload:{i}:seconds", stream.Seconds, 0.001, Day);
            yield return ($"workload:{i}:spread", stream.Spread, 0, 0.999);
            yield return ($"workload:{i}:atHour", stream.AtHour, 0, MaxDays * 24);
            yield return ($"workload:{i}:times", stream.Times, 1, 100_000);
            yield return ($"workload:{i}:everyMinutes", stream.EveryMinutes, 0, MaxDays * 24 * 60);
            if (stream.Jobs > 0)
            {
                yield return ($"workload:{i}:jobs", stream.Jobs, 1, MostJobs);
                yield return ($"workload:{i}:perHour (a stream has jobs or perHour, not both)", stream.PerHour, 0, 0);
            }
            else
            {
                yield return ($"workload:{i}:perHour (or jobs)", stream.PerHour, 0.001, 1e9);
                yield return ($"workload:{i}:hours", stream.Hours, 0.001, MaxDays * 24);
            }
        }
    }
}
