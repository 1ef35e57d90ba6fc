using SdFleet.Coordinator.Scaling;

namespace SdFleet.Cli.Simulate;

/// <content>How many workers there are to be.</content>
internal sealed partial class FleetSimulation
{
    // KEDA's operator: from nothing to something, and back once there has been nothing to do for long enough.
    private void Poll()
    {
        _events.After(_options.Scaling.PollingSeconds, Poll);
        if (_outstanding > 0)
        {
            _lastActive = _events.Now;
            if (_replicas == 0)
            {
                _startsFromZero++;
                Scale(Math.Max(1, _options.Scaling.MinReplicas));
            }
        }
        else if (_options.Scaling.MinReplicas == 0 && _replicas > 0 && _lastActive + _options.Scaling.CooldownSeconds < _events.Now)
        {
            Scale(0);
        }
    }

    private void Sync()
    {
        _events.After(PodAutoscaler.SyncSeconds, Sync);
        if (_replicas > 0)
        {
            Scale(_autoscaler.Decide(_events.Now, _replicas, ScaleRule.GpuSeconds(_outstanding, _secondsPerJob, _options.Scaling.SecondsPerJob), _inFlight));
        }
    }

    private void Scale(int replicas)
    {
        _replicas = replicas;
        while (_pods.Count < replicas)
        {
            CreatePod();
        }

        if (_pods.Count > replicas)
        {
            // As a ReplicaSet ranks them: those that are not ready, then by deletion cost, then the newest.
            var ranked = _pods
                .OrderBy(p => p.State == WorkerState.Ready)
                .ThenBy(p => _options.Scaling.DeletionCost ? p.Holds : 0)
                .ThenByDescending(p => p.Number)
                .ToList();
            var leaving = ranked.Take(_pods.Count - replicas).ToHashSet();
            _pods = [.. _pods.Where(p => !leaving.Contains(p))];
            foreach (var worker in ranked.Where(leaving.Contains))
            {
                StopPod(worker);
            }
        }
    }
}
