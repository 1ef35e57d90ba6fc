using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using SdFleet.Contracts.Identity;
using SdFleet.Coordinator.Datasets.Filters;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Audit;

/// <summary>
/// Proves that a batch is complete: each requested picture has exactly one manifest record and one artifact whose bytes have
/// the record's SHA-256, or a reason why it has none. Holds about a hundred bytes a picture, and the artifacts it reads at the time.
/// </summary>
public sealed class DatasetAudit
{
    private readonly IArtifactStore _artifacts;
    private readonly DatasetAuditOptions _options;
    private readonly Dictionary<ImageKey, RequestedImage>? _absent;
    private readonly Dictionary<ImageKey, bool> _seen = [];
    private readonly HashSet<long> _unread = [];
    private readonly HashSet<UInt128> _named = [];
    private readonly HashSet<UInt128> _drawnAgain = [];
    private readonly HashSet<ImageKey> _filtered = [];
    private readonly DatasetFilter _filter = new();
    private readonly List<AuditFinding> _findings = [];
    private readonly List<ArtifactReading> _different = [];
    private readonly Lock _lock = new();
    private readonly SortedDictionary<Absence, long> _reasons = [];
    private readonly Dictionary<ImageKey, Guid> _jobs = [];
    private long _records;
    private long _right;

    private DatasetAudit(IArtifactStore artifacts, DatasetAuditOptions options, bool knowsRequested)
    {
        _artifacts = artifacts;
        _options = options;
        _absent = knowsRequested ? [] : null;
    }

    /// <summary>Audits a batch.</summary>
    /// <param name="images">The manifest, in any order.</param>
    /// <param name="requested">What was asked for, in any order; null where nobody knows.</param>
    /// <param name="artifacts">Where the pictures are.</param>
    /// <param name="options">How to look.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatasetException">The list of what was requested names a picture twice.</exception>
    public static async Task<AuditReport> RunAsync(
        IAsyncEnumerable<DatasetImage> images,
        IAsyncEnumerable<RequestedImage>? requested,
        IArtifactStore artifacts,
        DatasetAuditOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(artifacts);
        ArgumentNullException.ThrowIfNull(options);
        var audit = new DatasetAudit(artifacts, options, requested is not null);
        if (requested is not null)
        {
            await audit.ReadRequestedAsync(requested, cancellationToken);
        }

        await Parallel.ForEachAsync(
            audit.EnterAsync(images, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            audit.CheckAsync);
        audit.NameSwapped();
        audit.FindMissing();
        await audit.FindExtraAsync(cancellationToken);
        return audit.Report();
    }

    private async Task ReadRequestedAsync(IAsyncEnumerable<RequestedImage> requested, CancellationToken cancellationToken)
    {
        await foreach (var request in requested.WithCancellation(cancellationToken))
        {
            if (!_seen.TryAdd(request.Key, false))
            {
                throw new DatasetException($"The list of what was requested has {request.Key} twice.");
            }

            if (request is { IsUnread: true, Absence: null })
            {
                _unread.Add(request.Line);
            }

            if (request.JobId is { } job)
            {
                _jobs.Add(request.Key, job);
            }

            if (request.Absence is { } reason)
            {
                _absent!.Add(request.Key, request);
                _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
            }
        }
    }

    // One at a time: whether a record stands alone. Its artifact is looked at afterwards, many at once.
    private async IAsyncEnumerable<DatasetImage> EnterAsync(
        IAsyncEnumerable<DatasetImage> images, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var image in images.WithCancellation(cancellationToken))
        {
            _records++;
            var isRequested = _seen.TryGetValue(image.Key, out var wasSeen);
            if (wasSeen)
            {
                Find(AuditFault.DuplicateRecord, image.Key, $"job {image.Record.JobId}");
                continue;
            }

            _seen[image.Key] = true;
            if (image.Record.Recipe.Filters is { Redraws: > 0 })
            {
                _drawnAgain.Add(Digest(ArtifactName.OfFirstDraw(image.ArtifactName)));
            }

            if (!_named.Add(Digest(image.ArtifactName)))
            {
                Find(AuditFault.SharedArtifact, image.Key, image.ArtifactName);
                continue;
            }

            if (_absent is not null && !isRequested && !_unread.Contains(image.Line))
            {
                Find(AuditFault.UnrequestedRecord, image.Key, $"job {image.Record.JobId}");
            }
            else if (_jobs.TryGetValue(image.Key, out var job) && job != image.Record.JobId)
            {
                Find(AuditFault.WrongJob, image.Key, $"of job {image.Record.JobId} instead of {job}");
            }
            else if (_absent is not null && _absent.TryGetValue(image.Key, out var absent) && absent.Absence != Absence.Filtered)
            {
                Find(AuditFault.ContradictedAbsence, image.Key, Reason(absent));
            }
            else
            {
                NoteFiltered(image);
                yield return image;
            }
        }
    }

    // It has its reason, and its artifact has to be there all the same.
    private void NoteFiltered(DatasetImage image)
    {
        if (_absent?.ContainsKey(image.Key) != true && _filter.Judge(image) is not null)
        {
            lock (_lock)
            {
                _filtered.Add(image.Key);
            }

            _reasons[Absence.Filtered] = _reasons.GetValueOrDefault(Absence.Filtered) + 1;
        }
    }

    private async ValueTask CheckAsync(DatasetImage image, CancellationToken cancellationToken)
    {
        var reading = await ArtifactReader.ReadAsync(_artifacts, image, cancellationToken);
        lock (_lock)
        {
            switch (reading.Fault)
            {
                case ArtifactFault.None:
                    // A picture that a filter took out is right, and counted with its reason.
                    _right += _absent?.ContainsKey(image.Key) == true || _filtered.Contains(image.Key) ? 0 : 1;
                    break;
                case ArtifactFault.Missing:
                    _findings.Add(new AuditFinding(AuditFault.MissingArtifact, image.Key, reading.Detail));
                    break;
                default:
                    _different.Add(reading with { Content = null });
                    break;
            }
        }
    }

    // Of pictures that were exchanged, each is wrong, and each is what another one should be.
    private void NameSwapped()
    {
        var owners = _different.ToLookup(d => d.Image.Record.Image.Sha256, d => d.Image.Key);
        foreach (var reading in _different)
        {
            var others = owners[reading.Sha256 ?? ""].Where(k => k != reading.Image.Key).ToList();
            if (others.Count > 0)
            {
                Find(AuditFault.WrongArtifact, reading.Image.Key, $"{reading.Image.ArtifactName} holds the picture of {others[0]}");
            }
            else
            {
                var fault = reading.Fault == ArtifactFault.Truncated ? AuditFault.TruncatedArtifact : AuditFault.WrongArtifact;
                Find(fault, reading.Image.Key, reading.Detail);
            }
        }
    }

    private void FindMissing()
    {
        foreach (var (key, _) in _seen.Where(s => !s.Value && !_absent!.ContainsKey(s.Key)))
        {
            Find(AuditFault.MissingRecord, key, _jobs.TryGetValue(key, out var job) ? $"job {job}" : "");
        }
    }

    private async Task FindExtraAsync(CancellationToken cancellationToken)
    {
        // A job that failed or was cancelled may have stored pictures before, and an attempt that died another draw of a picture.
        var leftovers = (_absent ?? []).Keys.Where(_jobs.ContainsKey).Select(k => ArtifactName.ForImage("", _jobs[k], k.Index)).ToHashSet(StringComparer.Ordinal);
        foreach (var prefix in _options.OwnPrefixes)
        {
            await foreach (var entry in _artifacts.ListAsync(prefix, cancellationToken))
            {
                var first = ArtifactName.OfFirstDraw(entry.Name);
                if (!_named.Contains(Digest(entry.Name)) && !_drawnAgain.Contains(Digest(first)) && !leftovers.Contains(first[Math.Max(first.LastIndexOf('/'), 0)..]))
                {
                    Find(AuditFault.ExtraArtifact, null, entry.Name);
                }
            }
        }
    }

    private AuditReport Report() => new()
    {
        Requested = _absent is null ? null : _seen.Count - _findings.Count(f => f.Fault == AuditFault.UnrequestedRecord),
        Records = _records,
        Right = _right,
        Absent = _reasons,
        Findings = [.. _findings.OrderBy(f => f.Image is null).ThenBy(f => f.Image).ThenBy(f => f.Fault).ThenBy(f => f.Detail, StringComparer.Ordinal)],
    };

    private void Find(AuditFault fault, ImageKey? key, string detail)
    {
        lock (_lock)
        {
            _findings.Add(new AuditFinding(fault, key, detail));
        }
    }

    private static string Reason(RequestedImage request) =>
        $"was {request.Absence!.Value.ToString().ToLowerInvariant()}{(request.Detail is { } detail ? $": {detail}" : "")}";

    // Names are only compared: sixteen bytes of a digest each instead of the text.
    private static UInt128 Digest(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
