namespace SdFleet.Contracts.Api;

/// <summary>Batches, a page of them.</summary>
public sealed record BatchListView
{
    /// <summary>The batches, the newest first, without what costs more than counters.</summary>
    public required IReadOnlyList<BatchView> Batches { get; init; }

    /// <summary>What to give as <c>before</c> for the next page; null where this is the last.</summary>
    public long? Next { get; init; }
}
