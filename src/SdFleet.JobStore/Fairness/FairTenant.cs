namespace SdFleet.JobStore.Fairness;

/// <summary>One tenant in a <see cref="FairQueue"/>. Its own jobs go in the order of admission, whatever batch they are of.</summary>
internal sealed class FairTenant(string name, double laneClock, double weight, IReadOnlyList<ReadySource> sources)
{
    private readonly List<FairSource> _sources = [.. sources.Select(s => new FairSource(s))];

    public string Name => name;

    public double Weight => weight;

    /// <summary>When its next job is due by the lane's clock: the end of its last one.</summary>
    public double Start { get; private set; } = Math.Max(laneClock, sources[0].Clock + (sources[0].Owed / weight));

    /// <summary>What it owed, which its clock has moved on by.</summary>
    public double Paid { get; } = sources[0].Owed;

    /// <summary>Nothing of it is left.</summary>
    public bool IsDone => _sources.Count == 0;

    /// <summary>Its next job is looked up.</summary>
    public bool IsReady => Oldest is { HasJobs: true };

    private FairSource? Oldest => _sources.MinBy(s => s.Next);

    /// <summary>What must be looked up to know its next <paramref name="jobs"/> jobs, or some of them.</summary>
    public IEnumerable<WantedJobs> Wants(int jobs)
    {
        var oldest = _sources.OrderBy(s => s.Next).Take(jobs).ToList();
        return oldest.Where(s => !s.HasJobs).Select(s => s.Wants((jobs + oldest.Count - 1) / oldest.Count));
    }

    /// <summary>Takes what was looked up of one source.</summary>
    public void Add(long batch, IEnumerable<ReadyJob> jobs, bool isLast)
    {
        var source = _sources.Single(s => s.Batch == batch);
        source.Add(jobs, isLast);
        Drop(source);
    }

    /// <summary>Takes its next job, which is looked up, and charges it.</summary>
    public ReadyJob Take()
    {
        var source = Oldest!;
        var job = source.Take();
        Start += job.Work / weight;
        Drop(source);
        return job;
    }

    private void Drop(FairSource source)
    {
        if (source.IsOver)
        {
            _sources.Remove(source);
        }
    }
}
