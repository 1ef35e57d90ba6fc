using System.Runtime.CompilerServices;
using SdFleet.Contracts.Images;

namespace SdFleet.Coordinator.Datasets;

/// <summary>
/// A manifest as a file: one <see cref="ManifestRecord"/> a line, as JSON. One more field may stand in a line: <c>file</c>, where
/// the picture lies beside the manifest.
/// </summary>
public static class ManifestFile
{
    /// <summary>Reads a manifest.</summary>
    /// <param name="file">The file.</param>
    /// <param name="besideManifest">
    /// True where the pictures are taken from beside the manifest, by <c>file</c>; false for artifact names.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatasetException">A line is no record.</exception>
    public static IAsyncEnumerable<DatasetImage> ReadAsync(string file, bool besideManifest, CancellationToken cancellationToken = default) =>
        WithLinesAsync(
            JsonLines.ReadAsync(
                file,
                line => JsonLines.Parse<Place>(line) is { } place && JsonLines.Parse<ManifestRecord>(line) is { } record
                    ? new Entry(record.Line, besideManifest ? FileOf(place, file) : record.Image.Artifact, record)
                    : null,
                cancellationToken),
            cancellationToken);

    /// <summary>The same for records from elsewhere: of one batch, which have lines, or of none.</summary>
    public static IAsyncEnumerable<DatasetImage> OfAsync(IAsyncEnumerable<ManifestRecord> records, CancellationToken cancellationToken = default) =>
        WithLinesAsync(records.Select(record => new Entry(record.Line, record.Image.Artifact, record)), cancellationToken);

    // Jobs that came one by one have no lines: then their order in the manifest counts.
    private static async IAsyncEnumerable<DatasetImage> WithLinesAsync(
        IAsyncEnumerable<Entry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = new Dictionary<Guid, long>();
        await foreach (var (given, artifact, record) in entries.WithCancellation(cancellationToken))
        {
            if (given is not { } line && !lines.TryGetValue(record.JobId, out line))
            {
                line = lines.Count + 1;
                lines.Add(record.JobId, line);
            }

            yield return new DatasetImage(line, artifact, record);
        }
    }

    private static string FileOf(Place place, string file) => place.File ?? throw new DatasetException(
        $"{file} does not say where the pictures are (\"file\"). Name the folder of the artifact store with --artifacts.");

    private sealed record Place(string? File);

    private sealed record Entry(long? Line, string Artifact, ManifestRecord Record);
}
