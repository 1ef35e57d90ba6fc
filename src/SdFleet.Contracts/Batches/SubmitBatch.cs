using System.Text.Json.Serialization;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Batches;

/// <summary>
/// Closes the upload of a batch: which parts make it up, and how its lines are to be read. The lines themselves are in the
/// artifact store by then (<see cref="Identity.ArtifactName.ForBatchPart"/>); the coordinator turns them into jobs a window at a time.
/// Submitting the same batch twice gives one batch.
/// </summary>
public sealed record SubmitBatch
{
    /// <summary>The batch's id; with a line's number it gives the id of that line's job.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose batch it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>For people; need not be unique.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The uploaded parts, in order; numbers count from 0.</summary>
    public required IReadOnlyList<BatchPart> Parts { get; init; }

    /// <summary>What a line that leaves a field out takes instead of the model's default. Has no id.</summary>
    public SubmitJob Defaults { get; init; } = new();

    /// <summary>Most bad lines before the whole batch is given up; null for any number.</summary>
    public long? MaxBadLines { get; init; }

    /// <summary>Whom to tell of its end; nobody where it is null.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Lines of all parts.</summary>
    [JsonIgnore]
    public long Lines => Parts.Sum(p => p.Lines);
}
