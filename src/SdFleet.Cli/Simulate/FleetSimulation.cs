using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Cli.Simulate;

/// <summary>
/// A fleet of one model, event by event. The coordinator's rules are its own (<see cref="ReleaseRule"/>, <see cref="ScaleRule"/>,
/// RetryPolicy, leases); broker, workers, nodes, KEDA and the pod autoscaler are modelled. Messages, database and uploads take no
/// time. Batches save none: a pass takes as long as its jobs one by one.
/// </summary>
internal sealed class FleetSimulation
{
    private readonly SimulationOptions _options;
    private readonly EventQueue _events = new();
    private readonly Broker _broker;
    private readonly Backlog[] _backlog;
    private readonly NodePool _nodes;
    private readonly PodAutoscaler _autoscaler;
    private readonly List<float>[] _waits;
    private readonly List<WorkerModel> _handed = [];
    private readonly WorkloadSource _workload;
    private List<WorkerModel> _pods = [];
    private int _replicas;
    private int _workers;
    private int _jobs;
    private int _outstanding;
    private int _inFlight;
    private int _alive;
    private int _completed;
    private int _givenUp;
    private int _evictions;
    private int _overdue;
    private int _startsFromZero;
    private double? _secondsPerJob;
    private double _busy;
    private double _lost;
    private double _starting;
    private double _finished;
    private double _lastActive;

    private FleetSimulation(SimulationOptions options)
    {
        _options = options;
        _broker = new Broker(options.Worker.MaxBatchImages);
        _backlog = [.. Enumerable.Range(0, _broker.Lanes).Select(_ => new Backlog())];
        _waits = [.. Enumerable.Range(0, _broker.Lanes).Select(_ => new List<float>())];
        _nodes = new NodePool(options, _events, OnNotice, OnLoss);
        _autoscaler = new PodAutoscaler(options.Scaling);
        _workload = new WorkloadSource(options, _events, Submit, Release);
    }

    /// <summary>Runs until every job has come to its end and, where the fleet scales to zero, the last node has gone.</summary>
    public static SimulationResult Run(SimulationOptions options, CancellationToken cancellationToken = default) =>
        new FleetSimulation(options).RunToEnd(cancellationToken);

    private SimulationResult RunToEnd(CancellationToken cancellationToken)
    {
        Scale(_options.Scaling.MinReplicas);
        _workload.Start();
        _events.At(0, Poll);
        _events.At(0, Sync);
        var steps = 0;
        while (!IsOver && _events.Now < _options.MaxDays * 86_400 && _events.Step())
        {
            BeginPasses();
            if (++steps % 4096 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        _nodes.CloseBooks();
        return new SimulationResult
        {
            Jobs = _jobs,
            Completed = _completed,
            GivenUp = _givenUp,
            Finished = _finished,
            Ended = _events.Now,
            Cost = _nodes.Cost,
            NodeSeconds = _nodes.Seconds,
            BusySeconds = _busy,
            LostSeconds = _lost,
            StartingSeconds = _starting,
            Evictions = _evictions,
            OverdueReleases = _overdue,
            SpotLosses = _nodes.Losses,
            Nodes = _nodes.Total,
            MostNodes = _nodes.Most,
            StartsFromZero = _startsFromZero,
            Waits = Enum.GetValues<Lane>().Where(lane => _waits[(int)lane].Count > 0).ToDictionary(lane => lane, lane => Sorted(_waits[(int)lane])),
        };
    }

    private bool IsOver => _workload.IsOver && _outstanding == 0 && (_options.Scaling.MinReplicas > 0 || (_replicas == 0 && _nodes.Count == 0));

    private void Submit(Lane lane, double seconds)
    {
        _backlog[(int)lane].Add(new JobModel(_jobs++, lane, _events.Now, seconds));
        _outstanding++;
    }

    // The coordinator: fills the window, which the broker hands out.
    private void Release()
    {
        var free = ReleaseRule.Free(_options.Release, _alive, _inFlight);
        foreach (var lane in ReleaseRule.Lanes)
        {
            while (free > 0 && _backlog[(int)lane].TryTake(out var job))
            {
                job.Attempt++;
                job.Released = _events.Now;
                _inFlight++;
                free--;
                _broker.Publish(job);
            }
        }

        _handed.AddRange(_broker.Deliver());
    }

    // What comes at one moment goes into one pass.
    private void BeginPasses()
    {
        foreach (var worker in _handed)
        {
            BeginPass(worker);
        }

        _handed.Clear();
    }

    private void BeginPass(WorkerModel worker)
    {
        if (worker.Pass is not null || worker.State is not (WorkerState.Ready or WorkerState.Draining) || worker.Waiting.Count == 0)
        {
            return;
        }

        var jobs = new List<JobModel>();
        while (jobs.Count < _options.Worker.MaxBatchImages && worker.Waiting.TryDequeue(out var job))
        {
            _overdue += _events.Now - job.Released > _options.Leases.ReleaseLease.TotalSeconds ? 1 : 0;
            jobs.Add(job);
        }

        var pass = new Pass(jobs, _events.Now, jobs.Sum(j => j.Seconds) / worker.Node.Speed);
        worker.Pass = pass;
        _events.After(pass.Seconds, () => EndPass(worker, pass));
    }

    private void EndPass(WorkerModel worker, Pass pass)
    {
        if (worker.Pass != pass)
        {
            return; // It was cut off.
        }

        worker.Pass = null;
        _busy += pass.Seconds;
        foreach (var job in pass.Jobs)
        {
            _completed++;
            _outstanding--;
            _inFlight--;
            _waits[(int)job.Lane].Add((float)(pass.Start - job.Submitted));
            _secondsPerJob = ScaleRule.Learn(_secondsPerJob, job.Seconds / worker.Node.Speed);
            _broker.Acknowledge(worker, job.Lane);
        }

        // The broker follows an acknowledgement with the next message, before the coordinator has heard of the end.
        _handed.AddRange(_broker.Deliver());
        _finished = _events.Now;
        if (worker.State == WorkerState.Draining && worker.Waiting.Count == 0)
        {
            Leave(worker);
        }
        else
        {
            _handed.Add(worker);
        }

        Release();
    }

    private void Evict(JobModel job)
    {
        _inFlight--;
        _evictions++;
        job.Evictions++;
        if (job.Evictions >= _options.Retry.MaxEvictions)
        {
            _outstanding--;
            _givenUp++;
            return;
        }

        var delay = _options.Retry.DelayAfterEviction(job.Evictions, job.Id, job.Attempt);
        if (delay == TimeSpan.Zero)
        {
            _backlog[(int)job.Lane].Return(job);
        }
        else
        {
            _events.After(delay.TotalSeconds, () =>
            {
                _backlog[(int)job.Lane].Return(job);
                Release();
            });
        }
    }

    private void Evict(IReadOnlyCollection<JobModel> jobs)
    {
        foreach (var job in jobs)
        {
            Evict(job);
        }

        Release();
    }

    private void CreatePod()
    {
        var (node, isNew) = _nodes.Take();
        var worker = new WorkerModel(_workers++, node, _broker.Lanes);
        node.Worker = worker;
        _pods.Add(worker);
        var began = isNew ? node.Asked : _events.Now;
        var load = node.HasWeights ? _options.Nodes.ReloadSeconds : _options.Nodes.LoadSeconds;
        _events.At(Math.Max(node.There, _events.Now) + load, () =>
        {
            if (worker.State == WorkerState.Starting)
            {
                worker.State = WorkerState.Ready;
                node.HasWeights = true;
                _starting += _events.Now - began;
                _alive++;
                _broker.Consume(worker);
                Release();
            }
        });
    }

    private void StopPod(WorkerModel worker)
    {
        if (worker.State == WorkerState.Starting)
        {
            worker.State = WorkerState.Gone;
            _nodes.Free(worker.Node);
        }
        else if (worker.State == WorkerState.Ready)
        {
            worker.State = WorkerState.Draining;
            if (worker.Holds == 0)
            {
                Leave(worker);
            }
            else
            {
                _events.After(_options.Worker.FinishSeconds, () => GiveBack(worker));
            }
        }
    }

    // The end of a worker's patience: what it still has, it reports as evicted.
    private void GiveBack(WorkerModel worker)
    {
        if (worker.State != WorkerState.Draining)
        {
            return;
        }

        var held = CutOff(worker);
        Leave(worker);
        Evict([.. held.Begun, .. held.Waiting]);
    }

    private void Leave(WorkerModel worker)
    {
        worker.State = WorkerState.Gone;
        _alive--;
        _nodes.Free(worker.Node);
    }

    private (List<JobModel> Begun, List<JobModel> Waiting) CutOff(WorkerModel worker)
    {
        List<JobModel> begun = worker.Pass?.Jobs ?? [];
        List<JobModel> waiting = [.. worker.Waiting];
        _lost += worker.Pass is { } pass ? _events.Now - pass.Start : 0;
        worker.Pass = null;
        worker.Waiting.Clear();
        return (begun, waiting);
    }

    // A spot node says that it goes: its pod is stopped, and another one made at once.
    private void OnNotice(NodeModel node)
    {
        if (node.Worker is { } worker)
        {
            Replace(worker);
            StopPod(worker);
        }
    }

    // It is gone. What it ran is given up when its lease ends; what it had only fetched, when the broker sees the connection dead.
    private void OnLoss(NodeModel node)
    {
        if (node.Worker is not { } worker)
        {
            return;
        }

        var wasAlive = worker.State is WorkerState.Ready or WorkerState.Draining;
        worker.State = WorkerState.Gone;
        _events.After(_options.Nodes.SilentSeconds, () => Replace(worker));
        if (!wasAlive)
        {
            return;
        }

        var (begun, waiting) = CutOff(worker);
        _events.After(_options.Leases.RunLease.TotalSeconds, () =>
        {
            _alive--;
            Evict(begun);
        });
        _events.After(_options.Nodes.SilentSeconds, () => Evict(waiting));
    }

    private void Replace(WorkerModel worker)
    {
        if (_pods.Remove(worker))
        {
            CreatePod();
        }
    }

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

    private static float[] Sorted(List<float> waits)
    {
        waits.Sort();
        return [.. waits];
    }
}
