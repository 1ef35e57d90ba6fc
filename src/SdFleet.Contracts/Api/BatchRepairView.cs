namespace SdFleet.Contracts.Api;

/// <summary>The answer to <c>POST /v1/batches/{id}/repair</c>.</summary>
public sealed record BatchRepairView
{
    /// <summary>What became of each line, in the order of the request.</summary>
    public required IReadOnlyList<LineRepairView> Lines { get; init; }
}
