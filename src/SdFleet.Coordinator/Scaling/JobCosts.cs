using System.Collections.Concurrent;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Workers;

namespace SdFleet.Coordinator.Scaling;

/// <summary>
/// What a job of each model has cost lately, in seconds of the device: a moving mean over what completed. In memory only, as
/// a coordinator that starts again has learnt it anew after a few jobs.
/// </summary>
internal sealed class JobCosts
{
    private readonly ConcurrentDictionary<string, string> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <summary>Learns which model a digest is: reports name the digest, the fleet's configuration names the model.</summary>
    public void Observe(WorkerHeartbeat heartbeat)
    {
        if (heartbeat.ModelDigest is { } digest)
        {
            _models[digest] = heartbeat.Model;
        }
    }

    /// <summary>Learns what a job cost.</summary>
    public void Observe(JobCompleted report)
    {
        if (report.Images is [var first, ..] && _models.TryGetValue(first.ModelDigest, out var model))
        {
            var cost = report.Images.Sum(image => image.Timings.GpuSeconds);
            _seconds.AddOrUpdate(model, _ => ScaleRule.Learn(null, cost), (_, mean) => ScaleRule.Learn(mean, cost));
        }
    }

    /// <summary>GPU-seconds of a job of this model; null where none has completed yet.</summary>
    public double? SecondsPerJob(string model) => _seconds.TryGetValue(model, out var seconds) ? seconds : null;
}
