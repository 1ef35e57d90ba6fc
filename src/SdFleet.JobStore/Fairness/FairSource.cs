namespace SdFleet.JobStore.Fairness;

/// <summary>A source as far as it has been looked up.</summary>
internal sealed class FairSource(ReadySource source)
{
    private readonly Queue<ReadyJob> _jobs = new();
    private bool _isLast;

    public long Batch => source.Batch;

    /// <summary>Place of its oldest job; while that is not looked up, a place that it is not before.</summary>
    public long Next { get; private set; } = source.First;

    public bool HasJobs => _jobs.Count > 0;

    /// <summary>Nothing is left of it.</summary>
    public bool IsOver => _isLast && _jobs.Count == 0;

    /// <summary>What to look up next.</summary>
    public WantedJobs Wants(int take) => new(source.Tenant, source.Batch, Next, take);

    /// <summary>Takes what was looked up.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="isLast">There are no more.</param>
    public void Add(IEnumerable<ReadyJob> jobs, bool isLast)
    {
        foreach (var job in jobs.OrderBy(j => j.Seq))
        {
            _jobs.Enqueue(job);
        }

        _isLast = isLast;
        Next = HasJobs ? _jobs.Peek().Seq : Next;
    }

    public ReadyJob Take()
    {
        var job = _jobs.Dequeue();
        Next = HasJobs ? _jobs.Peek().Seq : job.Seq + 1;
        return job;
    }
}
