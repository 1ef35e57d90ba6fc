namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>A statement that a version of the program ran.</summary>
/// <param name="Sql">Its text.</param>
/// <param name="Parameters">Its parameters.</param>
public sealed record RecordedStatement(string Sql, IReadOnlyList<RecordedValue> Parameters)
{
    /// <summary>What it answered on the schema of its own version: a line a row, sorted.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];
}
