namespace SdFleet.JobStore.Sql;

internal sealed partial class JobStatements
{
    /// <summary>Whether a batch of a tenant's has lines that are no jobs yet.</summary>
    public string SelectUnreadLines { get; } =
        "SELECT count(*) FROM (SELECT 1 FROM batches WHERE tenant = @tenant AND finished_at IS NULL AND lines_read < lines LIMIT 1) AS unread";

    /// <summary>Pictures that a tenant's jobs name that have not come to their end.</summary>
    public string SelectOpenInputs { get; } =
        $"{OpenInputs(database, "initImage")} UNION {OpenInputs(database, "mask")} UNION {OpenInputs(database, "depthMap")}";

    // The recipe is text, as jsonb takes not every prompt. Within a prompt the quotes would be escaped: only a member's name is found.
    // The states are told by the predicates of the indexes that have only such jobs.
    private static string OpenInputs(Database database, string field)
    {
        var member = $"\"{field}\":\"";
        return $"""
            SELECT substr(recipe, {database.Position($"'{member}'", "recipe")} + {member.Length}, 64) FROM jobs
            WHERE tenant = @tenant
              AND ((state = 'queued' AND next_attempt_at IS NULL) OR next_attempt_at IS NOT NULL OR lease_until IS NOT NULL)
              AND recipe LIKE '%{member}%'
            """;
    }
}
