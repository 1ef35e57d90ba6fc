namespace SdFleet.Cli.Simulate;

/// <summary>The nodes: asked for when a pod has none, kept for a while when it goes, and lost where they are spot.</summary>
internal sealed class NodePool
{
    private readonly NodeOptions _options;
    private readonly EventQueue _events;
    private readonly Action<NodeModel> _onNotice;
    private readonly Action<NodeModel> _onLoss;
    private readonly Chances _starts;
    private readonly Chances _speeds;
    private readonly Chances _lives;

    // The last one to become empty is used first, so that the others can go.
    private readonly Stack<NodeModel> _empty = new();
    private readonly HashSet<NodeModel> _all = [];
    private int _spot;

    public NodePool(SimulationOptions options, EventQueue events, Action<NodeModel> onNotice, Action<NodeModel> onLoss)
    {
        _options = options.Nodes;
        _events = events;
        _onNotice = onNotice;
        _onLoss = onLoss;
        _starts = new Chances(options.Seed, "node start");
        _speeds = new Chances(options.Seed, "node speed");
        _lives = new Chances(options.Seed, "node life");
    }

    public int Count => _all.Count;

    /// <summary>Nodes there ever were.</summary>
    public int Total { get; private set; }

    public int Most { get; private set; }

    public int Losses { get; private set; }

    public double Seconds { get; private set; }

    public double Cost { get; private set; }

    /// <summary>An empty node, or a new one.</summary>
    public (NodeModel Node, bool IsNew) Take()
    {
        while (_empty.TryPop(out var node))
        {
            if (!node.IsLeaving && node.Worker is null)
            {
                return (node, false);
            }
        }

        return (Ask(), true);
    }

    /// <summary>The node's pod is gone.</summary>
    public void Free(NodeModel node)
    {
        node.Worker = null;
        if (node.IsGone)
        {
            return;
        }

        // A node that is not there yet comes all the same.
        node.EmptySince = Math.Max(_events.Now, node.There);
        if (!node.IsLeaving)
        {
            _empty.Push(node);
        }

        var since = node.EmptySince;
        _events.At(since + _options.IdleSeconds, () =>
        {
            if (node.Worker is null && node.EmptySince == since)
            {
                Remove(node);
            }
        });
    }

    /// <summary>Pays for what is still there.</summary>
    public void CloseBooks()
    {
        foreach (var node in _all.ToList())
        {
            Remove(node);
        }
    }

    private NodeModel Ask()
    {
        var number = Total++;
        var isSpot = _spot < _options.SpotNodes;
        var there = _events.Now + (_options.StartSeconds * _starts.Around(number, _options.StartSpread));
        var node = new NodeModel(isSpot, _speeds.Around(number, _options.SpeedSpread), _events.Now, there);
        _all.Add(node);
        Most = Math.Max(Most, _all.Count);
        if (isSpot)
        {
            _spot++;
            var end = there + (3600 * _lives.Wait(number, _options.SpotLossesPerHour));
            if (double.IsFinite(end))
            {
                _events.At(end - _options.SpotNoticeSeconds, () => Notice(node));
                _events.At(end, () => Lose(node));
            }
        }

        return node;
    }

    private void Notice(NodeModel node)
    {
        if (!node.IsGone && _options.SpotNoticeSeconds > 0)
        {
            node.IsLeaving = true;
            _onNotice(node);
        }
    }

    private void Lose(NodeModel node)
    {
        if (!node.IsGone)
        {
            Losses++;
            node.IsLeaving = true;
            _onLoss(node);
            Remove(node);
        }
    }

    private void Remove(NodeModel node)
    {
        if (!node.IsGone)
        {
            node.IsGone = node.IsLeaving = true;
            _all.Remove(node);
            _spot -= node.IsSpot ? 1 : 0;
            var seconds = _events.Now - node.Asked;
            Seconds += seconds;
            Cost += seconds / 3600 * (node.IsSpot ? _options.SpotPrice : _options.Price);
        }
    }
}
