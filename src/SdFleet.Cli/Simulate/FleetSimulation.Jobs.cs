using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Cli.Simulate;

/// <content>Jobs: submitted, released, made in passes, and back in the backlog where their worker went away.</content>
internal sealed partial class FleetSimulation
{
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
}
