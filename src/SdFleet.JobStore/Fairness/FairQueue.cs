namespace SdFleet.JobStore.Fairness;

/// <summary>
/// Decides whose job is next in a lane: start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng, "Start-time Fair Queuing: A
/// Scheduling Algorithm for Integrated Services Packet Switching Networks", SIGCOMM 1996). Each tenant has a clock that its jobs
/// move on by their work divided by its weight; the job of the tenant whose clock is the least goes first, and that is the time
/// of the lane. A tenant that had nothing waiting begins at the lane's time, so that it has saved up nothing.
/// </summary>
/// <remarks>
/// While two tenants both have jobs waiting, what they get, divided by their weights, differs by at most the largest job of each,
/// divided by its weight, over any stretch of time. Nothing here grows with the number of jobs that wait: they are looked up a few at
/// a time, those that may be next.
/// </remarks>
internal sealed class FairQueue
{
    private static readonly Comparer<FairTenant> ByStart = Comparer<FairTenant>.Create(
        (one, other) => one.Start == other.Start ? string.CompareOrdinal(one.Name, other.Name) : one.Start.CompareTo(other.Start));

    private readonly Dictionary<string, FairTenant> _tenants;
    private readonly SortedSet<FairTenant> _waiting;
    private readonly HashSet<FairTenant> _charged = [];
    private int _lookups;

    /// <summary>A lane as it is.</summary>
    /// <param name="clock">The lane's time as it was left.</param>
    /// <param name="sources">Everything in it that may be released.</param>
    /// <param name="weights">The tenants' shares.</param>
    public FairQueue(double clock, IEnumerable<ReadySource> sources, TenantWeights weights)
    {
        Clock = clock;
        _tenants = sources
            .GroupBy(s => s.Tenant, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new FairTenant(g.Key, clock, weights.Of(g.Key), [.. g]), StringComparer.Ordinal);
        _waiting = new SortedSet<FairTenant>(_tenants.Values, ByStart);
    }

    /// <summary>The lane's time: when the last job that was taken was due.</summary>
    public double Clock { get; private set; }

    /// <summary>The clocks of the tenants whose jobs were taken, and the work that they owed before and have in them now.</summary>
    public IEnumerable<(string Tenant, double Clock, double Paid)> Charged => _charged.Select(t => (t.Name, t.Start, t.Paid));

    /// <summary>What must be looked up before <paramref name="max"/> more jobs can be taken; nothing where no more are there.</summary>
    public List<WantedJobs> Missing(int max)
    {
        // No more than that many tenants can have their turn. Each is asked for its share, and for twice as much each time that it
        // did not do, as jobs of one tenant may be much smaller than those of another.
        var next = _waiting.Take(max).ToList();
        var weights = next.Sum(t => t.Weight);
        var lookup = _lookups++;
        return [.. next.SelectMany(t => t.Wants((int)Math.Min(max, Math.ScaleB(1 + Math.Ceiling(max * t.Weight / weights), lookup))))];
    }

    /// <summary>Takes what was looked up. Less of a source than was asked for is all that there is.</summary>
    public void Add(IEnumerable<WantedJobs> asked, IEnumerable<ReadyJob> found)
    {
        var bySource = found.ToLookup(j => (j.Tenant, j.Batch));
        foreach (var source in asked)
        {
            var jobs = bySource[(source.Tenant, source.Batch)].ToList();
            _tenants[source.Tenant].Add(source.Batch, jobs, isLast: jobs.Count < source.Take);
        }
    }

    /// <summary>Takes the next jobs, as far as they are looked up.</summary>
    public List<ReadyJob> Take(int max)
    {
        var taken = new List<ReadyJob>();
        while (taken.Count < max && _waiting.Min is { } tenant && (tenant.IsDone || tenant.IsReady))
        {
            // Out of the set while what it is sorted by changes.
            _waiting.Remove(tenant);
            if (tenant.IsDone)
            {
                continue;
            }

            Clock = tenant.Start;
            taken.Add(tenant.Take());
            _charged.Add(tenant);
            _waiting.Add(tenant);
        }

        return taken;
    }
}
