namespace SdFleet.Contracts.Api;

/// <summary>A tenant as <c>GET /v1/tenants</c> shows it.</summary>
public sealed record TenantView
{
    /// <summary>Its name.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its jobs waiting in the store.</summary>
    public required long Queued { get; init; }

    /// <summary>Its jobs in the work queues or running.</summary>
    public required long InFlight { get; init; }

    /// <summary>True while nothing of it is released.</summary>
    public required bool Paused { get; init; }

    /// <summary>True where an operator has paused it, who alone may resume it then.</summary>
    public required bool PausedByOperator { get; init; }
}
