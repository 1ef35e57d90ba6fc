using System.Data.Common;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore.Fairness;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

/// <summary>Reads rows by the place of their columns in <see cref="JobStatements"/>.</summary>
internal static class RowReaders
{
    public static JobRow Job(DbDataReader reader) => new()
    {
        Seq = reader.GetInt64(0),
        Id = reader.GetGuid(1),
        Images = reader.GetInt32(2),
        State = SqlWords.StateOf(reader.GetString(3)),
        Attempt = reader.GetInt32(4),
        Failures = reader.GetInt32(5),
        Evictions = reader.GetInt32(6),
        NextAttemptAt = TimeOrNull(reader, 7),
        LeaseUntil = TimeOrNull(reader, 8),
        StartedAt = TimeOrNull(reader, 9),
        FinishedAt = TimeOrNull(reader, 10),
        Step = reader.GetInt32(11),
        Steps = reader.GetInt32(12),
        WorkerId = TextOrNull(reader, 13),
        Error = TextOrNull(reader, 14),
        ReopenedAfter = reader.GetInt32(15),
    };

    /// <summary>A job that was taken to be changed.</summary>
    public static JobRow TakenJob(DbDataReader reader) => Job(reader) with { Tenant = reader.GetString(16), Webhook = WebhookOrNull(reader, 17) };

    public static (long Seq, JobSnapshot Job) Snapshot(DbDataReader reader)
    {
        var row = Job(reader);
        return (row.Seq, new JobSnapshot
        {
            Id = row.Id,
            State = row.State,
            Tenant = reader.GetString(16),
            Lane = SqlWords.LaneOf(reader.GetString(17)),
            ImageCount = row.Images,
            Recipe = reader.IsDBNull(18) ? null : RecipeSeal.Open(Json<Recipe>(reader, 18)),
            ArtifactFolder = TextOrNull(reader, 19),
            Traceparent = TextOrNull(reader, 20),
            Attempt = row.Attempt,
            Failures = row.Failures,
            Evictions = row.Evictions,
            Step = row.Step,
            Steps = row.Steps,
            Error = row.Error,
            WorkerId = row.WorkerId,
            SubmittedAt = SqlTime.From(reader.GetInt64(21)),
            AdmittedAt = SqlTime.From(reader.GetInt64(22)),
            NextAttemptAt = row.NextAttemptAt,
            LeaseUntil = row.LeaseUntil,
            ReleasedAt = TimeOrNull(reader, 23),
            StartedAt = row.StartedAt,
            FinishedAt = row.FinishedAt,
            BatchId = reader.IsDBNull(24) ? null : reader.GetGuid(24),
            Line = reader.IsDBNull(25) ? null : reader.GetInt64(25),
            Webhook = WebhookOrNull(reader, 26),
            Images = [],
        });
    }

    private static (long Seq, ReleasedJob Job) Released(DbDataReader reader) => (
        reader.GetInt64(0),
        new ReleasedJob(
            new GenerateImages
            {
                JobId = reader.GetGuid(1),
                Attempt = reader.GetInt32(2),
                Tenant = reader.GetString(3),
                Lane = SqlWords.LaneOf(reader.GetString(4)),
                Recipe = RecipeSeal.Open(Json<Recipe>(reader, 5)),
                Images = reader.GetInt32(6),
                ArtifactFolder = reader.GetString(7),
                SubmittedAt = SqlTime.From(reader.GetInt64(8)),
                ReleasedAt = SqlTime.From(reader.GetInt64(9)),
            },
            TextOrNull(reader, 10)));

    public static ReadySource ReadySource(DbDataReader reader) => 
        new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4));

    /// <summary>With the message that it becomes when it is released.</summary>
    public static (ReadyJob Ready, ReleasedJob Job) ReadyJob(DbDataReader reader)
    {
        var (seq, job) = Released(reader);

        // A recipe that somehow is no work must not go for nothing: its tenant's clock would stand still.
        var work = Math.Max(1, job.Message.Recipe.PixelPasses() * job.Message.Images);
        return (new ReadyJob(job.Message.Tenant, reader.GetInt64(11), seq, work), job);
    }

    public static TenantView Tenant(DbDataReader reader) => new()
    {
        Tenant = reader.GetString(0),
        Queued = reader.GetInt64(1),
        InFlight = reader.GetInt64(2),
        Paused = reader.GetInt32(3) != 0,
        PausedByOperator = reader.GetInt32(4) != 0,
    };

    public static (long Seq, int Index, ManifestRecord Record) Manifest(DbDataReader reader) => (
        reader.GetInt64(0),
        reader.GetInt32(1),
        new ManifestRecord
        {
            Image = Json<ImageRecord>(reader, 2),
            JobId = reader.GetGuid(3),
            Tenant = reader.GetString(4),
            Recipe = RecipeSeal.Open(Json<Recipe>(reader, 5)),
            BatchId = reader.IsDBNull(6) ? null : reader.GetGuid(6),
            Line = reader.IsDBNull(7) ? null : reader.GetInt64(7),
        });

    public static BatchSource Source(DbDataReader reader) => new(
        Json<SubmitBatch>(reader, 0) with { Parts = Json<IReadOnlyList<BatchPart>>(reader, 1) },
        reader.GetInt32(2),
        reader.GetInt64(3),
        reader.GetInt64(4),
        reader.GetInt64(5),
        TextOrNull(reader, 6));

    public static BatchRow Batch(DbDataReader reader) => new(
        reader.GetInt64(0),
        SqlWords.BatchStateOf(reader.GetString(1)),
        reader.GetInt32(2) != 0,
        reader.GetInt64(3),
        reader.GetInt64(4),
        reader.IsDBNull(5) ? null : reader.GetInt64(5),
        reader.GetGuid(6),
        reader.GetString(7),
        WebhookOrNull(reader, 8));

    public static BatchSnapshot BatchSnapshot(DbDataReader reader) => new()
    {
        Sequence = reader.GetInt64(0),
        Batch = Json<SubmitBatch>(reader, 1),
        Digest = reader.GetString(2),
        State = SqlWords.BatchStateOf(reader.GetString(3)),
        Paused = reader.GetInt32(4) != 0,
        Lines = reader.GetInt64(5),
        LinesRead = reader.GetInt64(6),
        BadLines = reader.GetInt64(7),
        Error = TextOrNull(reader, 8),
        AdmittedAt = SqlTime.From(reader.GetInt64(9)),
        FinishedAt = TimeOrNull(reader, 10),
        Counts = [],
    };

    public static (long Batch, BatchCount Count) BatchCount(DbDataReader reader) => (
        reader.GetInt64(0),
        new BatchCount(SqlWords.StateOf(reader.GetString(1)), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5)));

    public static BatchProblem Problem(DbDataReader reader) => new(reader.GetInt64(0), Json<IReadOnlyList<FieldError>>(reader, 1));

    public static BatchFailureView Failure(DbDataReader reader) => new(reader.GetString(0), reader.GetInt64(1));

    public static BatchJobStatus BatchJob(DbDataReader reader) =>
        new(reader.GetInt64(0), reader.GetGuid(1), SqlWords.StateOf(reader.GetString(2)), reader.GetInt32(3), TextOrNull(reader, 4));

    public static JobCount Count(DbDataReader reader) =>
        new(reader.GetString(0), SqlWords.LaneOf(reader.GetString(1)), SqlWords.StateOf(reader.GetString(2)), reader.GetInt64(3));

    public static CompletedBatch CompletedBatch(DbDataReader reader) =>
        new(reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), WebhookOrNull(reader, 3));

    public static WebhookReceiver Receiver(DbDataReader reader) => new(reader.GetString(0), reader.GetString(1));

    public static ClaimedWebhook ClaimedWebhook(DbDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        Attempt = reader.GetInt32(1),
        Failures = reader.GetInt32(2),
        Tenant = reader.GetString(3),
        Subject = SqlWords.WebhookSubjectOf(reader.GetString(4)),
        SubjectId = reader.GetGuid(5),
        Event = SqlWords.WebhookEventOf(reader.GetString(6)),
        Url = reader.GetString(7),
        QueuedAt = SqlTime.From(reader.GetInt64(8)),
        Counts = reader.IsDBNull(9) ? null : Json<IReadOnlyList<BatchCount>>(reader, 9),
    };

    public static WebhookSnapshot WebhookSnapshot(DbDataReader reader)
    {
        var (created, due) = (SqlTime.From(reader.GetInt64(11)), TimeOrNull(reader, 12));
        return new WebhookSnapshot(reader.GetInt64(0), new WebhookView
        {
            Id = reader.GetGuid(1),
            Tenant = reader.GetString(2),
            Subject = SqlWords.WebhookSubjectOf(reader.GetString(3)),
            SubjectId = reader.GetGuid(4),
            Event = SqlWords.WebhookEventOf(reader.GetString(5)),
            Url = reader.GetString(6),
            State = SqlWords.WebhookStateOf(reader.GetString(7)),
            Attempts = reader.GetInt32(8),
            Failures = reader.GetInt32(9),
            Status = reader.IsDBNull(10) ? null : reader.GetInt32(10),
            CreatedAt = created,

            // What versions before this one wrote as due at once has the earliest time there is.
            NextAttemptAt = due < created ? created : due,
            EndedAt = TimeOrNull(reader, 13),
            Error = TextOrNull(reader, 14),
        });
    }

    public static ExportSnapshot Export(DbDataReader reader) => new()
    {
        Sequence = reader.GetInt64(0),
        BatchId = reader.GetGuid(1),
        Name = reader.GetString(2),
        State = SqlWords.ExportStateOf(reader.GetString(3)),
        Request = Json<ExportBatch>(reader, 4),
        Run = reader.GetInt32(5),
        Result = reader.IsDBNull(6) ? null : Json<ExportSummary>(reader, 6),
        Error = TextOrNull(reader, 7) ?? TextOrNull(reader, 12),
        StartedAt = SqlTime.From(reader.GetInt64(8)),
        EndedAt = TimeOrNull(reader, 9),
        Shards = (int)reader.GetInt64(10),
        ShardsDone = (int)reader.GetInt64(11),
    };

    public static ExportStep ExportStep(DbDataReader reader) => new()
    {
        Export = reader.GetInt64(0),
        Number = reader.GetInt32(1),
        Run = reader.GetInt32(2),
        Claim = reader.GetInt32(3),
        Returned = reader.GetInt32(4),
        Failures = reader.GetInt32(5),
        Contents = TextOrNull(reader, 6),
        LeftOut = TextOrNull(reader, 7),
    };

    public static ExportShardResult ExportShard(DbDataReader reader) => new(reader.GetInt32(0), reader.GetString(1), TextOrNull(reader, 2));

    public static T Json<T>(DbDataReader reader, int column) =>
        JsonSerializer.Deserialize<T>(reader.GetString(column), ContractsJson.Options)!;

    private static Webhook? WebhookOrNull(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : Json<Webhook>(reader, column);

    private static string? TextOrNull(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? TimeOrNull(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : SqlTime.From(reader.GetInt64(column));
}
