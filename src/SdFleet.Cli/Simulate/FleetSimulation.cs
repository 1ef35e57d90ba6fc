using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Cli.Simulate;

/// <summary>
/// A fleet of one model, event by event. The coordinator's rules are its own (<see cref="ReleaseRule"/>, <see cref="ScaleRule"/>,
/// RetryPolicy, leases); broker, workers, nodes, KEDA and the pod autoscaler are modelled. Messages, database and uploads take no
/// time. Batches save none: a pass takes as long as its jobs one by one.
/// </summary>
internal sealed partial class FleetSimulation
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

    private static float[] Sorted(List<float> waits)
    {
        waits.Sort();
        return [.. waits];
    }
}
