using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Sql;

/// <summary>A new row of <c>jobs</c>. Property names in snake_case are the columns. <see cref="JobSnapshot"/> says why this is a record of its own.</summary>
internal sealed record InsertedJob
{
    /// <summary>Place in the list that it came in.</summary>
    public required int Place { get; init; }

    public required Guid Id { get; init; }

    public required JobState State { get; init; }

    public required string Tenant { get; init; }

    public required string Model { get; init; }

    public required Lane Lane { get; init; }

    public required int Images { get; init; }

    public string? Recipe { get; init; }

    public string? ArtifactFolder { get; init; }

    public string? Digest { get; init; }

    public string? Traceparent { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required DateTimeOffset AdmittedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public string? Error { get; init; }

    public long? BatchSeq { get; init; }

    public long? Line { get; init; }

    /// <summary>JSON.</summary>
    public string? Webhook { get; init; }
}
