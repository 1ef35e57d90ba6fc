using SdFleet.Contracts.Models;

namespace SdFleet.Contracts.Api;

/// <summary>A model as <c>GET /v1/models</c> shows it.</summary>
public sealed record ModelView
{
    /// <summary>Its defaults and limits.</summary>
    public required ModelSpec Spec { get; init; }

    /// <summary>Workers that have it loaded and are alive.</summary>
    public required int Workers { get; init; }

    /// <summary>Jobs waiting in the store.</summary>
    public required long Queued { get; init; }

    /// <summary>Jobs in its work queues or running.</summary>
    public required long InFlight { get; init; }

    /// <summary>True while nothing of it is released.</summary>
    public bool Paused { get; init; }
}
