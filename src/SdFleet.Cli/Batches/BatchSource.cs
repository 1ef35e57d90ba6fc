namespace SdFleet.Cli.Batches;

/// <summary>The jobs of a batch, one line of JSON each, in an order that does not change.</summary>
internal abstract class BatchSource
{
    /// <summary>
    /// Where the jobs come from, for the record: a specification in its canonical form, or the name of a file that lists them.
    /// </summary>
    public abstract string Description { get; }

    /// <summary>What one job is called in this kind of file, where a mistake is numbered: "line", "prompt", "row", "job".</summary>
    public abstract string Unit { get; }

    /// <summary>How many jobs there are, where that is known without reading them all.</summary>
    public virtual long? Count => null;

    /// <summary>
    /// Each job as one line of JSON without a line break: a <c>SubmitJob</c> as the contracts write it. What the file has in its place
    /// and cannot be understood comes as it is, so that whoever reads the lines can say which one is wrong. May be read again
    /// from the start, with the same result, as long as the file does not change.
    /// </summary>
    /// <exception cref="Output.CliException">The file cannot be read.</exception>
    public abstract IAsyncEnumerable<string> ReadLinesAsync(CancellationToken cancellationToken);
}
