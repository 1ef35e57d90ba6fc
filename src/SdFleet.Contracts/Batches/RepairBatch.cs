namespace SdFleet.Contracts.Batches;

/// <summary>What <c>POST /v1/batches/{id}/repair</c> takes.</summary>
public sealed record RepairBatch
{
    /// <summary>Most lines of one request: the pictures of each are read while the client waits.</summary>
    public const int MaxLines = 100;

    /// <summary>Lines whose pictures are looked at, and made again where one is lost or damaged, or where the job failed.</summary>
    public required IReadOnlyList<long> Lines { get; init; }
}
