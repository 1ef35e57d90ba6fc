using SdFleet.Contracts.Batches;

namespace SdFleet.Contracts.Api;

/// <summary>Bad lines of a batch, a page of them.</summary>
public sealed record BatchProblemsView
{
    /// <summary>The lines, by number.</summary>
    public required IReadOnlyList<BatchProblem> Problems { get; init; }

    /// <summary>What to give as <c>after</c> for the next page; null where there is none yet.</summary>
    public long? Next { get; init; }
}
