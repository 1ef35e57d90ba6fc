using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Events;

/// <summary>A submission that breaks the contract, as it lies in <see cref="Topology.RejectedQueue"/>.</summary>
public sealed record SubmissionRejected
{
    /// <summary>The job's id, where one could be read.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The batch's id, where a whole batch was rejected.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>The tenant it named, where one could be read.</summary>
    public string? Tenant { get; init; }

    /// <summary>Everything that is wrong.</summary>
    public required IReadOnlyList<FieldError> Errors { get; init; }

    /// <summary>The message as it came, shortened where it is very long.</summary>
    public required string Body { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
