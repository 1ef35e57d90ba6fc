using System.Data.Common;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
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
    };

    public static (long Seq, JobSnapshot Job) Snapshot(DbDataReader reader)
    {
        var row = Job(reader);
        return (row.Seq, new JobSnapshot
        {
            Id = row.Id,
            State = row.State,
            Tenant = reader.GetString(15),
            Lane = SqlWords.LaneOf(reader.GetString(16)),
            ImageCount = row.Images,
            Recipe = reader.IsDBNull(17) ? null : Json<Recipe>(reader, 17),
            ArtifactFolder = TextOrNull(reader, 18),
            Traceparent = TextOrNull(reader, 19),
            Attempt = row.Attempt,
            Failures = row.Failures,
            Evictions = row.Evictions,
            Step = row.Step,
            Steps = row.Steps,
            Error = row.Error,
            WorkerId = row.WorkerId,
            SubmittedAt = SqlTime.From(reader.GetInt64(20)),
            AdmittedAt = SqlTime.From(reader.GetInt64(21)),
            NextAttemptAt = row.NextAttemptAt,
            LeaseUntil = row.LeaseUntil,
            ReleasedAt = TimeOrNull(reader, 22),
            StartedAt = row.StartedAt,
            FinishedAt = row.FinishedAt,
            Images = [],
        });
    }

    public static (long Seq, ReleasedJob Job) Released(DbDataReader reader) => (
        reader.GetInt64(0),
        new ReleasedJob(
            new GenerateImages
            {
                JobId = reader.GetGuid(1),
                Attempt = reader.GetInt32(2),
                Tenant = reader.GetString(3),
                Lane = SqlWords.LaneOf(reader.GetString(4)),
                Recipe = Json<Recipe>(reader, 5),
                Images = reader.GetInt32(6),
                ArtifactFolder = reader.GetString(7),
                SubmittedAt = SqlTime.From(reader.GetInt64(8)),
                ReleasedAt = SqlTime.From(reader.GetInt64(9)),
            },
            TextOrNull(reader, 10)));

    public static (long Seq, int Index, ManifestRecord Record) Manifest(DbDataReader reader) => (
        reader.GetInt64(0),
        reader.GetInt32(1),
        new ManifestRecord
        {
            Image = Json<ImageRecord>(reader, 2),
            JobId = reader.GetGuid(3),
            Tenant = reader.GetString(4),
            Recipe = Json<Recipe>(reader, 5),
        });

    public static JobCount Count(DbDataReader reader) =>
        new(reader.GetString(0), SqlWords.LaneOf(reader.GetString(1)), SqlWords.StateOf(reader.GetString(2)), reader.GetInt64(3));

    public static T Json<T>(DbDataReader reader, int column) =>
        JsonSerializer.Deserialize<T>(reader.GetString(column), ContractsJson.Options)!;

    private static string? TextOrNull(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? TimeOrNull(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : SqlTime.From(reader.GetInt64(column));
}
