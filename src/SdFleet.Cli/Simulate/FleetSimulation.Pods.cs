namespace SdFleet.Cli.Simulate;

/// <content>Workers: each a pod on a node of its own, which is stopped, or lost.</content>
internal sealed partial class FleetSimulation
{
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
}
