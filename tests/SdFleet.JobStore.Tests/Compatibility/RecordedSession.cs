namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>What ran on one connection; a transaction where it may write.</summary>
public sealed record RecordedSession(bool IsTransaction, IReadOnlyList<RecordedStatement> Statements);
