using System.Collections.Frozen;

namespace SdFleet.JobStore;

/// <summary>Tenants' shares of what is released: while several have jobs waiting, each gets work in proportion to its weight.</summary>
public sealed class TenantWeights
{
    /// <summary>The weight of a tenant that has none of its own.</summary>
    public const double Default = 1;

    private readonly FrozenDictionary<string, double> _weights;

    /// <summary>Weights by tenant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A weight is no number above 0.</exception>
    public TenantWeights(IEnumerable<KeyValuePair<string, double>> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        _weights = weights.ToFrozenDictionary(StringComparer.Ordinal);
        foreach (var (tenant, weight) in _weights)
        {
            if (!double.IsFinite(weight) || weight <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(weights), weight, $"The weight of tenant {tenant} must be a number above 0.");
            }
        }
    }

    /// <summary>The same weight for all.</summary>
    public static TenantWeights Equal { get; } = new([]);

    /// <summary>A tenant's weight.</summary>
    public double Of(string tenant) => _weights.GetValueOrDefault(tenant, Default);
}
