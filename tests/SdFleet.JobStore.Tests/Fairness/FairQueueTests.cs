using SdFleet.JobStore.Fairness;

namespace SdFleet.JobStore.Tests.Fairness;

public sealed class FairQueueTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Release_AnyArrivalsWorkAndWeights_IsFairAndLeavesNothing(int seed)
    {
        var random = new Random(seed);
        string[] tenants = [.. Enumerable.Range(0, random.Next(2, 9)).Select(i => $"t{i}")];
        var weights = new TenantWeights(tenants.ToDictionary(t => t, _ => Math.Pow(10, (random.NextDouble() * 3) - 1.5)));
        var sizes = tenants.ToDictionary(t => t, _ => Math.Pow(10, random.NextDouble() * 3));
        var lane = new Lane(weights);
        var ledger = new FairnessLedger(weights);
        for (var round = 0; round < 400; round++)
        {
            // Bursts, so that tenants come and go and sometimes pile up.
            foreach (var tenant in tenants.Where(_ => random.Next(6) == 0))
            {
                for (var i = random.Next(30); i >= 0; i--)
                {
                    var work = sizes[tenant] * (0.01 + random.NextDouble());
                    lane.Admit(tenant, random.Next(3), work);
                    ledger.Arrives(tenant, work);
                }
            }

            var max = random.Next(1, 20);
            ledger.Released(max, [.. lane.Release(max).Select(j => (j.Tenant, j.Work))]);
        }

        Assert.Equal(ledger.Waiting, lane.Waiting);
    }

    [Fact]
    public void Release_ThreeWeights_GivesTheirSharesOfTheWork()
    {
        var lane = new Lane(new TenantWeights([new("a", 1), new("b", 2), new("c", 5)]));
        for (var i = 0; i < 1000; i++)
        {
            lane.Admit("a", 0, work: 2);
            lane.Admit("b", 0, work: 1);
            lane.Admit("c", 0, work: 4);
        }

        var work = Enumerable.Range(0, 50).SelectMany(_ => lane.Release(8)).GroupBy(j => j.Tenant).ToDictionary(g => g.Key, g => g.Sum(j => j.Work));

        Assert.InRange(work["b"] / work["a"], 1.94, 2.06);
        Assert.InRange(work["c"] / work["a"], 4.85, 5.15);
    }

    [Fact]
    public void Release_TenantThatWasIdle_HasSavedUpNothing()
    {
        var lane = new Lane(TenantWeights.Equal);
        lane.Admit("late", 0, 1);
        lane.Release(1);
        for (var i = 0; i < 5000; i++)
        {
            lane.Admit("busy", 0, 1);
        }

        lane.Release(4000);
        for (var i = 0; i < 1000; i++)
        {
            lane.Admit("late", 0, 1);
        }

        Assert.InRange(lane.Release(100).Count(j => j.Tenant == "late"), 50, 51);
    }

    [Fact]
    public void Release_TenantServedAlone_OwesNothingForIt()
    {
        var lane = new Lane(TenantWeights.Equal);
        for (var i = 0; i < 5000; i++)
        {
            lane.Admit("busy", 0, 1);
        }

        lane.Release(4000);
        for (var i = 0; i < 100; i++)
        {
            lane.Admit("new", 0, 1);
        }

        Assert.InRange(lane.Release(100).Count(j => j.Tenant == "busy"), 49, 50);
    }

    [Fact]
    public void Release_OneTenant_GoesByAdmissionAcrossItsBatches()
    {
        var lane = new Lane(TenantWeights.Equal);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            lane.Admit("a", random.Next(5), random.Next(1, 100));
        }

        var order = Enumerable.Range(0, 20).SelectMany(i => lane.Release(i + 1)).Select(j => j.Seq).ToList();

        Assert.Equal(Enumerable.Range(1, order.Count).Select(i => (long)i), order);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(3, 16)]
    [InlineData(50, 16)]
    [InlineData(50, 500)]
    public void Release_LongBacklog_LooksUpLittleMoreThanItTakes(int tenants, int max)
    {
        var lane = new Lane(TenantWeights.Equal);
        for (var i = 0; i < 20_000; i++)
        {
            // The first tenant's jobs are small: it has many turns.
            lane.Admit($"t{i % tenants}", i % 2, work: i % tenants == 0 ? 1 : 20);
        }

        Assert.Equal(max, lane.Release(max).Count);

        Assert.InRange(lane.LookedUp, max, (4 * max) + (2 * tenants));
        Assert.InRange(lane.Lookups, 1, 8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Weights_ThatAreNone_AreRefused(double weight) =>
        Assert.Contains("acme", Assert.Throws<ArgumentOutOfRangeException>(() => new TenantWeights([new("acme", weight)])).Message, StringComparison.Ordinal);

    /// <summary>A lane in memory. Each release begins with nothing but the clocks of the one before, as after a restart.</summary>
    private sealed class Lane(TenantWeights weights)
    {
        private readonly Dictionary<(string Tenant, long Batch), List<ReadyJob>> _ready = [];
        private readonly Dictionary<string, double> _clocks = [];
        private double _clock;
        private long _seq;

        public long Waiting => _ready.Values.Sum(jobs => jobs.Count);

        public int LookedUp { get; private set; }

        public int Lookups { get; private set; }

        public void Admit(string tenant, long batch, double work)
        {
            if (!_ready.TryGetValue((tenant, batch), out var jobs))
            {
                _ready.Add((tenant, batch), jobs = []);
            }

            jobs.Add(new ReadyJob(tenant, batch, ++_seq, work));
        }

        public List<ReadyJob> Release(int max)
        {
            var sources = _ready.Where(s => s.Value.Count > 0).Select(s => new ReadySource(s.Key.Tenant, s.Key.Batch, s.Value[0].Seq, _clocks.GetValueOrDefault(s.Key.Tenant)));
            var queue = new FairQueue(_clock, sources, weights);
            var taken = new List<ReadyJob>();
            while (taken.Count < max && queue.Missing(max - taken.Count) is { Count: > 0 } wanted)
            {
                var found = wanted.SelectMany(w => _ready[(w.Tenant, w.Batch)].Where(j => j.Seq >= w.Seq).Take(w.Take)).ToList();
                LookedUp += found.Count;
                Lookups++;
                queue.Add(wanted, found);
                taken.AddRange(queue.Take(max - taken.Count));
            }

            foreach (var job in taken)
            {
                Assert.True(_ready[(job.Tenant, job.Batch)].Remove(job));
            }

            foreach (var (tenant, clock, _) in queue.Charged)
            {
                _clocks[tenant] = clock;
            }

            _clock = queue.Clock;
            return taken;
        }
    }
}
