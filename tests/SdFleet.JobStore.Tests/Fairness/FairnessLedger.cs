namespace SdFleet.JobStore.Tests.Fairness;

/// <summary>
/// Holds a lane's releases against what fairness means: while two tenants both have jobs waiting, what they get divided by their
/// weights drifts apart by at most the largest job of each, divided by its weight, over any stretch of releases; nothing is held
/// back that could go; and who comes anew is served after each of the others at most once.
/// </summary>
internal sealed class FairnessLedger(TenantWeights weights)
{
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string One, string Other), Drift> _drifts = [];

    public long Waiting => _accounts.Values.Sum(a => a.Waiting);

    /// <summary>A job is ready from now on.</summary>
    public void Arrives(string tenant, double work)
    {
        if (!_accounts.TryGetValue(tenant, out var account))
        {
            _accounts.Add(tenant, account = new Account());
        }

        account.Waiting++;
        account.Largest = Math.Max(account.Largest, work);
    }

    /// <summary>A release of at most <paramref name="max"/> jobs gave these, in this order.</summary>
    public void Released(int max, IReadOnlyCollection<(string Tenant, double Work)> jobs)
    {
        Assert.Equal(Math.Min(max, Waiting), jobs.Count);
        var got = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (tenant, work) in jobs)
        {
            var account = _accounts[tenant];
            account.Waiting--;
            account.IsKnown = true;
            got[tenant] = got.GetValueOrDefault(tenant) + (work / weights.Of(tenant));
            foreach (var other in _accounts.Values.Where(a => !a.IsKnown && a.Waiting > 0))
            {
                Assert.True(++other.Passed < _accounts.Count, $"A new tenant has waited for {other.Passed} jobs of {_accounts.Count} tenants.");
            }
        }

        foreach (var (one, other) in _accounts.Keys.SelectMany(one => _accounts.Keys.Where(other => string.CompareOrdinal(one, other) < 0).Select(other => (one, other))))
        {
            Check(one, other, got.GetValueOrDefault(one) - got.GetValueOrDefault(other));
        }
    }

    private void Check(string one, string other, double lead)
    {
        var (first, second) = (_accounts[one], _accounts[other]);
        if (first.Waiting == 0 || second.Waiting == 0)
        {
            _drifts.Remove((one, other)); // Somebody had nothing more: what the other got then is nobody's loss.
            return;
        }

        var before = _drifts.GetValueOrDefault((one, other));
        var now = before.Now + lead;
        var drift = new Drift(now, Math.Min(before.Least, now), Math.Max(before.Most, now));
        var bound = (first.Largest / weights.Of(one)) + (second.Largest / weights.Of(other));
        Assert.True(drift.Most - drift.Least <= bound * (1 + 1e-9), $"{one} and {other} drifted apart by {drift.Most - drift.Least}, and {bound} is allowed.");
        _drifts[(one, other)] = drift;
    }

    private sealed class Account
    {
        public long Waiting { get; set; }

        public double Largest { get; set; }

        /// <summary>It has been served before.</summary>
        public bool IsKnown { get; set; }

        /// <summary>Jobs of others that went since it came anew.</summary>
        public int Passed { get; set; }
    }

    private readonly record struct Drift(double Now, double Least, double Most);
}
