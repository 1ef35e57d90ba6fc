namespace SdFleet.Contracts.Api;

/// <summary>The answer to <c>GET /v1/batches/{id}/exports</c>.</summary>
public sealed record ExportListView
{
    /// <summary>The batch's exports that the fleet has made or makes, the oldest first.</summary>
    public required IReadOnlyList<ExportView> Exports { get; init; }
}
