using SdFleet.Contracts.Images;

namespace SdFleet.Cli.Verify;

/// <summary>Makes a picture again from its record.</summary>
internal interface IPictureMaker : IDisposable
{
    /// <summary>The picture as a PNG file.</summary>
    /// <exception cref="Output.CliException">It cannot be made again here; the message says why.</exception>
    Task<byte[]> MakeAsync(ManifestRecord record, CancellationToken cancellationToken);
}
