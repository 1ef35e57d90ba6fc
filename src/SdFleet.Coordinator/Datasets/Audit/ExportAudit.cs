using System.Security.Cryptography;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Coordinator.Datasets.Filters;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Audit;

/// <summary>Compares an export with its own index, and where there is a manifest, every picture in it with its record.</summary>
public static class ExportAudit
{
    /// <summary>Audits an export.</summary>
    /// <param name="place">The export.</param>
    /// <param name="images">The manifest, in order of lines, then indexes; null for the export alone.</param>
    /// <param name="requested">What was asked for, in the same order; null where nobody knows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatasetException">The folder holds no export.</exception>
    public static async Task<AuditReport> RunAsync(
        IFileTree place, IAsyncEnumerable<DatasetImage>? images, IAsyncEnumerable<RequestedImage>? requested, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var index = await ExportIndex.LoadAsync(place, cancellationToken)
            ?? throw new DatasetException($"{place.Place} holds no export: there is no {ExportIndex.FileName}.");
        var findings = new List<AuditFinding>();
        foreach (var file in index.Shards.SelectMany(s => s.Files))
        {
            await CheckFileAsync(place, file, findings, cancellationToken);
        }

        await FindExtraFilesAsync(place, index, findings, cancellationToken);
        var run = new Run(place, index, findings);
        if (images is not null)
        {
            await run.CompareAsync(images, requested, cancellationToken);
        }

        return new AuditReport
        {
            Requested = requested is null ? null : run.Requested,
            Records = run.Records,
            Right = images is null ? index.Samples : run.Right,
            Absent = run.Absent,
            Findings = [.. findings.OrderBy(f => f.Image is null).ThenBy(f => f.Image).ThenBy(f => f.Fault).ThenBy(f => f.Detail, StringComparer.Ordinal)],
        };
    }

    private static async Task CheckFileAsync(IFileTree place, ExportFile file, List<AuditFinding> findings, CancellationToken cancellationToken)
    {
        if (await place.FindLengthAsync(file.Path, cancellationToken) is not { } length)
        {
            findings.Add(new AuditFinding(AuditFault.MissingFile, null, file.Path));
            return;
        }

        if (length != file.Bytes)
        {
            findings.Add(new AuditFinding(AuditFault.WrongFile, null, $"{file.Path} has {length} bytes instead of {file.Bytes}"));
            return;
        }

        await using var stream = await place.OpenReadAsync(file.Path, cancellationToken);
        if (stream is null)
        {
            findings.Add(new AuditFinding(AuditFault.MissingFile, null, file.Path));
        }
        else if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) is var sha256 && sha256 != file.Sha256)
        {
            findings.Add(new AuditFinding(AuditFault.WrongFile, null, $"{file.Path} has SHA-256 {sha256} instead of {file.Sha256}"));
        }
    }

    // Beside shards, in the folder itself, anybody may put a page or a note; but nothing that a reader takes for a shard.
    private static async Task FindExtraFilesAsync(IFileTree place, ExportIndex index, List<AuditFinding> findings, CancellationToken cancellationToken)
    {
        var listed = index.Shards.SelectMany(s => s.Files).Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var extensions = listed.Select(Path.GetExtension).ToHashSet(StringComparer.Ordinal);
        await foreach (var (path, _, _) in place.ListAsync("", cancellationToken))
        {
            var isInside = path.Contains('/', StringComparison.Ordinal);
            if ((isInside || Path.GetExtension(path) == ".tar") && extensions.Contains(Path.GetExtension(path)) && !listed.Contains(path))
            {
                findings.Add(new AuditFinding(AuditFault.ExtraFile, null, path));
            }
        }
    }

    private sealed class Run(IFileTree place, ExportIndex index, List<AuditFinding> findings)
    {
        private readonly ShardLayout _layout = ShardLayout.Of(index.Format);
        private readonly Dictionary<int, ExportShard> _shards = index.Shards.ToDictionary(s => s.Number);
        private readonly SortedDictionary<Absence, long> _absent = [];
        private readonly DatasetFilter? _filter = index.IncludesFiltered ? null : new DatasetFilter();

        public long Requested { get; private set; }

        public long Records { get; private set; }

        public long Right { get; private set; }

        public IReadOnlyDictionary<Absence, long> Absent => _absent;

        public async Task CompareAsync(
            IAsyncEnumerable<DatasetImage> images, IAsyncEnumerable<RequestedImage>? requested, CancellationToken cancellationToken)
        {
            await using var records = new OrderedReader<DatasetImage>(images.GetAsyncEnumerator(cancellationToken), i => i.Key, "The manifest");
            await using var wanted = new OrderedReader<RequestedImage>(
                (requested ?? AsyncEnumerable.Empty<RequestedImage>()).GetAsyncEnumerator(cancellationToken), r => r.Key, "The list of what was requested");
            await records.AdvanceAsync();
            await wanted.AdvanceAsync();
            while (Math.Min(records.NextLine, wanted.NextLine) is var line and < long.MaxValue)
            {
                var number = checked((int)((line - 1) / index.LinesPerShard));
                var lastLine = (number + 1L) * index.LinesPerShard;
                var present = await records.TakeThroughAsync(lastLine);
                Records += present.Count;
                var requests = await wanted.TakeThroughAsync(lastLine);
                var absent = requests.Where(r => r.Absence is not null).Select(r => r.Key).ToHashSet();
                Compare(present, requests, Filtered(present.Where(i => !absent.Contains(i.Key))));
                await CompareShardAsync(number, present, cancellationToken);
            }

            // Shards of lines that the manifest does not have at all.
            foreach (var number in _shards.Keys.Order().ToList())
            {
                await CompareShardAsync(number, [], cancellationToken);
            }
        }

        private HashSet<ImageKey> Filtered(IEnumerable<DatasetImage> present)
        {
            var filtered = present.Where(i => _filter?.Judge(i) is not null).Select(i => i.Key).ToHashSet();
            if (filtered.Count > 0)
            {
                _absent[Absence.Filtered] = _absent.GetValueOrDefault(Absence.Filtered) + filtered.Count;
            }

            return filtered;
        }

        private void Compare(List<DatasetImage> present, List<RequestedImage> wanted, HashSet<ImageKey> filtered)
        {
            Requested += wanted.Count;
            var there = present.Select(i => i.Key).Where(k => !filtered.Contains(k)).ToHashSet();
            foreach (var request in wanted.Where(r => !filtered.Contains(r.Key)))
            {
                if (request.Absence is { } reason)
                {
                    _absent[reason] = _absent.GetValueOrDefault(reason) + 1;
                    there.Remove(request.Key);
                }
                else if (!there.Contains(request.Key))
                {
                    findings.Add(new AuditFinding(AuditFault.MissingRecord, request.Key, ""));
                }
            }

            present.RemoveAll(i => !there.Contains(i.Key));
        }

        private async Task CompareShardAsync(int number, List<DatasetImage> present, CancellationToken cancellationToken)
        {
            _ = _shards.Remove(number, out var shard);
            if (shard is null)
            {
                findings.AddRange(present.Select(i => new AuditFinding(AuditFault.NotExported, i.Key, $"there is no shard {number}")));
                return;
            }

            if (_layout.ReadBackAsync(place, number, cancellationToken) is not { } exported)
            {
                // The table's own digest was compared above; this says of which records it was made.
                if (DatasetExport.ContentsOf(present) == shard.Contents)
                {
                    Right += present.Count;
                }
                else
                {
                    findings.Add(new AuditFinding(AuditFault.WrongFile, null, $"shard {number} was made of other records"));
                }

                return;
            }

            await ComparePicturesAsync(number, present, exported);
        }

        private async Task ComparePicturesAsync(int number, List<DatasetImage> present, IAsyncEnumerable<(string Stem, string Sha256)> exported)
        {
            var expected = present.ToDictionary(i => i.Key.FileStem, StringComparer.Ordinal);
            try
            {
                await foreach (var (stem, sha256) in exported)
                {
                    if (!expected.Remove(stem, out var image))
                    {
                        findings.Add(new AuditFinding(AuditFault.ExtraExported, null, $"{stem}.png in shard {number}"));
                    }
                    else if (image.Record.Image.Sha256 != sha256)
                    {
                        findings.Add(new AuditFinding(AuditFault.WrongExported, image.Key, $"SHA-256 {sha256} instead of {image.Record.Image.Sha256}"));
                    }
                    else
                    {
                        Right++;
                    }
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                // Missing or cut off: found above already, by its digest.
                findings.Add(new AuditFinding(AuditFault.WrongFile, null, $"shard {number} cannot be read to its end: {e.Message}"));
            }

            findings.AddRange(expected.Values.Select(i => new AuditFinding(AuditFault.NotExported, i.Key, $"not in shard {number}")));
        }
    }
}
