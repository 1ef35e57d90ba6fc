namespace SdFleet.Benchmarks.Fleet;

/// <summary>What has been spent up to a moment; the difference of two is what a phase cost.</summary>
/// <param name="Processor">Processor seconds by process.</param>
/// <param name="Published">Messages that were published.</param>
/// <param name="Statements">Statements that PostgreSQL has executed.</param>
/// <param name="Commits">Transactions that PostgreSQL has committed.</param>
internal sealed record Costs(IReadOnlyDictionary<string, double> Processor, long Published, long Statements, long Commits);
