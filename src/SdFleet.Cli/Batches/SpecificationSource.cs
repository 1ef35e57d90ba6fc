using SdFleet.Cli.Batches.Specification;

namespace SdFleet.Cli.Batches;

/// <summary>The jobs of a specification.</summary>
/// <param name="path">Its file.</param>
/// <param name="specification">What it says.</param>
/// <param name="canonicalText">What it says, as one line of JSON.</param>
internal sealed class SpecificationSource(string path, BatchSpecification specification, string canonicalText) : BatchSource
{
    public BatchSpecification Specification => specification;

    public override string Name => Path.GetFileName(path);

    public override string Description => canonicalText;

    public override string Unit => "job";

    public override long? Count => (long)specification.Jobs;

    public override string LineAt(long index) => JobLine.Of(specification.JobAt(index));

    public override IAsyncEnumerable<string> ReadLinesAsync(CancellationToken cancellationToken) => Lines(cancellationToken).ToAsyncEnumerable();

    private IEnumerable<string> Lines(CancellationToken cancellationToken)
    {
        for (var i = 0L; i < Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return LineAt(i);
        }
    }
}
