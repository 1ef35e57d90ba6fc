using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Jobs;

/// <summary>A valid submission with every default filled in: what the job store keeps.</summary>
public sealed record ResolvedJob
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose job it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>How soon.</summary>
    public required Lane Lane { get; init; }

    /// <summary>How many pictures.</summary>
    public required int Images { get; init; }

    /// <summary>What to make.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Whom to tell of its end.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }
}
