using System.Text.Json.Serialization;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore.Transitions;

/// <summary>
/// What changes of a job in its life, with what decides about it. Property names in snake_case are the columns.
/// <see cref="JobSnapshot"/> says why this is a record of its own.
/// </summary>
internal sealed record JobRow
{
    public required long Seq { get; init; }

    public required Guid Id { get; init; }

    public required int Images { get; init; }

    public required JobState State { get; init; }

    public required int Attempt { get; init; }

    public required int Failures { get; init; }

    public required int Evictions { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public int Step { get; init; }

    public int Steps { get; init; }

    public string? WorkerId { get; init; }

    public string? Error { get; init; }

    /// <summary>The last attempt before it was completed and put back into the queue; 0 where that never happened.</summary>
    public int ReopenedAfter { get; init; }

    /// <summary>Whose it is. Never written again, like what follows.</summary>
    [JsonIgnore]
    public string Tenant { get; init; } = "";

    /// <summary>Whom to tell of its end.</summary>
    [JsonIgnore]
    public Webhook? Webhook { get; init; }

    /// <summary>True while <paramref name="attempt"/> may still run.</summary>
    public bool IsAlive(int attempt) => State is JobState.Released or JobState.Running && Attempt == attempt;
}
