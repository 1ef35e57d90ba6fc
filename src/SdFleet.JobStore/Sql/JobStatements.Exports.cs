namespace SdFleet.JobStore.Sql;

internal sealed partial class JobStatements
{
    private const string ExportColumns =
        """
        exports.seq, exports.batch_id, exports.name, exports.state, exports.request, exports.run, exports.result, exports.error, exports.started_at, exports.ended_at,
        (SELECT count(*) FROM export_steps AS s WHERE s.export_seq = exports.seq AND s.number >= 0),
        (SELECT count(*) FROM export_steps AS s WHERE s.export_seq = exports.seq AND s.number >= 0 AND s.due_at IS NULL),
        (SELECT max(s.error) FROM export_steps AS s WHERE s.export_seq = exports.seq)
        """;

    private const string OwnStep = "export_seq = @seq AND number = @number AND run = @run AND claim = @claim AND due_at IS NOT NULL";

    public string InsertExport { get; } =
        $"""
        INSERT INTO exports (batch_id, name, state, request, created_at, started_at)
        SELECT r.batch_id, r.name, 'planning', r.request, r.now, r.now FROM {database.Rows("batch_id uuid, name text, request text, now bigint")}
        WHERE true
        ON CONFLICT (batch_id, name) DO NOTHING
        RETURNING seq
        """;

    /// <summary>Takes an export by its name.</summary>
    public string SelectExportForUpdate { get; } =
        $"""
        SELECT exports.seq, exports.state, exports.request FROM exports
        WHERE EXISTS (SELECT 1 FROM {database.Rows("batch_id uuid, name text")} WHERE r.batch_id = exports.batch_id AND r.name = exports.name)
        {database.ForUpdate}
        """;

    public string RestartExport { get; } =
        """
        UPDATE exports SET state = 'planning', request = @request, run = run + 1, result = NULL, error = NULL, started_at = @now, ended_at = NULL
        WHERE seq = @seq
        """;

    public string DeleteExportSteps { get; } = "DELETE FROM export_steps WHERE export_seq = @seq";

    public string InsertExportStep { get; } =
        "INSERT INTO export_steps (export_seq, number, run, due_at) SELECT seq, @number, run, 0 FROM exports WHERE seq = @seq";

    public string SelectExport { get; } =
        $"""
        SELECT {ExportColumns} FROM exports
        WHERE EXISTS (SELECT 1 FROM {database.Rows("batch_id uuid, name text")} WHERE r.batch_id = exports.batch_id AND r.name = exports.name)
        """;

    public string SelectExportBySequence { get; } = $"SELECT {ExportColumns} FROM exports WHERE exports.seq = @seq";

    public string SelectExports { get; } =
        $"""
        SELECT {ExportColumns} FROM exports
        WHERE exports.batch_id IN (SELECT r.id FROM {database.Rows("id uuid")})
        ORDER BY exports.seq
        """;

    /// <summary>Takes a step that is due. The numbers of the run and of the claim fence.</summary>
    public string ClaimExportStep { get; } =
        $"""
        WITH claimed AS MATERIALIZED (
            SELECT export_seq AS claimed_seq, number AS claimed_number FROM export_steps
            WHERE due_at <= @now
            ORDER BY number, due_at, export_seq
            LIMIT 1
            {database.ForUpdateSkipLocked})
        UPDATE export_steps SET claim = export_steps.claim + 1, due_at = @lease
        FROM claimed
        WHERE export_seq = claimed_seq AND number = claimed_number
        RETURNING export_seq, number, run, claim, returned, failures, contents, left_out
        """;

    public string RenewExportStep { get; } = $"UPDATE export_steps SET due_at = @until WHERE {OwnStep}";

    /// <summary>Whether a step is still its claim's, which it stays until the transaction ends.</summary>
    public string SelectOwnStep { get; } = $"SELECT number FROM export_steps WHERE {OwnStep} {database.ForUpdate}";

    /// <summary>What was planned otherwise before, by whoever died over it, is taken from its holder.</summary>
    public string InsertExportShards { get; } =
        $"""
        INSERT INTO export_steps (export_seq, number, run, due_at, contents, left_out)
        SELECT r.export_seq, r.number, r.run, 0, r.contents, r.left_out
        FROM {database.Rows("export_seq bigint, number int, run int, contents text, left_out text")}
        WHERE true
        ON CONFLICT (export_seq, number) DO UPDATE SET
            claim = export_steps.claim + 1, returned = export_steps.returned + 1, due_at = 0, failures = 0, contents = excluded.contents, left_out = excluded.left_out, result = NULL, error = NULL
        WHERE export_steps.contents <> excluded.contents
        """;

    public string SelectExportShards { get; } =
        """
        SELECT number, contents, result FROM export_steps
        WHERE export_seq = @seq AND number > @after AND number >= 0 AND due_at IS NULL
        ORDER BY number
        LIMIT @max
        """;

    /// <summary>Takes an export by its place: who adds or ends its steps goes one at a time.</summary>
    public string SelectExportState { get; } = $"SELECT state FROM exports WHERE seq = @seq {database.ForUpdate}";

    public string CompleteExportStep { get; } = $"UPDATE export_steps SET due_at = NULL, result = @result, error = NULL WHERE {OwnStep}";

    public string CountOpenShards { get; } = "SELECT count(*) FROM export_steps WHERE export_seq = @seq AND number >= 0 AND due_at IS NOT NULL";

    public string SetExportState { get; } = "UPDATE exports SET state = @state WHERE seq = @seq";

    public string EndExport { get; } = "UPDATE exports SET state = @state, result = @result, error = @error, ended_at = @now WHERE seq = @seq";

    public string ReturnExportStep { get; } =
        $"UPDATE export_steps SET due_at = @due, returned = returned + 1 - @failed, failures = failures + @failed, error = coalesce(@error, error) WHERE {OwnStep}";
}
