using System.Security.Cryptography;
using System.Text;
using SdFleet.Cli.Batches.Specification;

namespace SdFleet.Cli.Batches;

/// <summary>The jobs of a specification.</summary>
/// <param name="path">Its file.</param>
/// <param name="specification">What it says.</param>
/// <param name="canonicalText">What it says, as one line of JSON.</param>
internal sealed class SpecificationSource(string path, BatchSpecification specification, string canonicalText) : BatchSource
{
    // What a batch's record has room for.
    private const int LongestDescription = 4000;

    public BatchSpecification Specification => specification;

    public override string Name => Path.GetFileName(path);

    /// <summary>What the specification says, or where that is long, its SHA-256: enough to tell whether a file is the one that was submitted.</summary>
    public override string Description => canonicalText.Length <= LongestDescription
        ? canonicalText
        : $"{Name}, SHA-256 of its canonical text {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalText)))}";

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
