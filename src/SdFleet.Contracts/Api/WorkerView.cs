using SdFleet.Contracts.Workers;

namespace SdFleet.Contracts.Api;

/// <summary>A worker as <c>GET /v1/workers</c> shows it.</summary>
public sealed record WorkerView
{
    /// <summary>Its last heartbeat.</summary>
    public required WorkerHeartbeat Heartbeat { get; init; }

    /// <summary>False once its heartbeats have been missing for longer than its lease.</summary>
    public required bool Alive { get; init; }
}
