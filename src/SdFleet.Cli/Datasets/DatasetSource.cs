using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Coordinator.Datasets;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Cli.Datasets;

/// <summary>Where a dataset comes from: a manifest with its pictures, and what was asked for.</summary>
internal sealed class DatasetSource : IAsyncDisposable
{
    private readonly Func<CancellationToken, IAsyncEnumerable<DatasetImage>> _images;
    private readonly Func<CancellationToken, IAsyncEnumerable<RequestedImage>>? _requested;
    private readonly bool _besideManifest;
    private readonly IJobStore? _jobs;
    private readonly FleetClient? _client;
    private readonly string? _saved;
    private readonly Guid? _batch;

    private DatasetSource(
        Func<CancellationToken, IAsyncEnumerable<DatasetImage>> images,
        Func<CancellationToken, IAsyncEnumerable<RequestedImage>>? requested,
        IArtifactStore artifacts,
        bool besideManifest,
        IJobStore? jobs = null,
        FleetClient? client = null,
        string? saved = null,
        Guid? batch = null)
    {
        (_images, _requested, Artifacts, _besideManifest) = (images, requested, artifacts, besideManifest);
        (_jobs, _client, _saved, _batch) = (jobs, client, saved, batch);
    }

    public IArtifactStore Artifacts { get; }

    /// <summary>Opens a manifest file.</summary>
    /// <param name="manifest">The file.</param>
    /// <param name="artifacts">The artifact store's folder; null for pictures beside the manifest.</param>
    /// <param name="requested">What was asked for, where it is known.</param>
    public static DatasetSource OfFile(string manifest, string? artifacts, Func<CancellationToken, IAsyncEnumerable<RequestedImage>>? requested)
    {
        if (!File.Exists(manifest))
        {
            throw new CliException($"--manifest names {manifest}, which is not there.", ExitCodes.Usage);
        }

        var folder = artifacts ?? Path.GetDirectoryName(Path.GetFullPath(manifest))!;
        return new DatasetSource(
            token => ManifestFile.ReadAsync(manifest, besideManifest: artifacts is null, token), requested, OpenFolder(folder, "--artifacts"), artifacts is null);
    }

    /// <summary>Opens the data folder of an embedded fleet, with all that it has completed by itself, in order of admission.</summary>
    public static DatasetSource OfFleet(string data, Func<CancellationToken, IAsyncEnumerable<RequestedImage>>? requested)
    {
        var jobs = OpenJobs(data);
        return new DatasetSource(
            token => ManifestFile.OfAsync(jobs.ReadManifestAsync(null, token).Where(r => r.BatchId is null), token), requested, OpenImages(data), false, jobs);
    }

    /// <summary>Opens one batch of an embedded fleet; its lines say what was asked for.</summary>
    public static DatasetSource OfBatch(string data, Guid batch)
    {
        var jobs = OpenJobs(data);
        return new DatasetSource(
            token => ManifestFile.OfAsync(jobs.ReadBatchManifestAsync(batch, token), token),
            token => BatchRequests.ReadAsync(jobs, batch, token),
            OpenImages(data),
            false,
            jobs,
            batch: batch);
    }

    /// <summary>Opens one batch of a fleet through its API, as it is now.</summary>
    /// <param name="client">The fleet; goes with the source.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The server does not know the batch, or cannot be asked.</exception>
    public static async Task<DatasetSource> OfServerAsync(FleetClient client, Guid batch, CancellationToken cancellationToken)
    {
        BatchView? view = null;
        var saved = Path.GetTempFileName();
        IAsyncEnumerable<DatasetImage> Manifest(CancellationToken token) => ManifestFile.ReadAsync(saved, besideManifest: false, token);
        var source = new DatasetSource(
            Manifest, token => ServerRequests.ReadAsync(client, view!, Manifest(token), token), new ServerArtifacts(client), false, client: client, saved: saved, batch: batch);
        try
        {
            view = await client.FindBatchAsync(batch, cancellationToken) ?? throw new CliException($"{client.Server} has no batch {batch}.");
            await client.SaveBatchManifestAsync(batch, saved, cancellationToken);
            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public IAsyncEnumerable<DatasetImage> Images(CancellationToken cancellationToken) => _images(cancellationToken);

    /// <summary>The batch that it is; null where its pictures came without one. A manifest's first record says it.</summary>
    /// <exception cref="DatasetException">The manifest's first line is no record.</exception>
    public async Task<Guid?> FindBatchAsync(CancellationToken cancellationToken) =>
        _batch ?? (await _images(cancellationToken).FirstOrDefaultAsync(cancellationToken))?.Record.BatchId;

    /// <summary>What was asked for; null where nobody said.</summary>
    public IAsyncEnumerable<RequestedImage>? Requested(CancellationToken cancellationToken) => _requested?.Invoke(cancellationToken);

    /// <summary>
    /// Where nothing but this dataset's pictures may lie: the folder beside a manifest, and the folder of a batch. A day's
    /// folder is shared by all jobs of that day. A server's artifacts cannot be listed.
    /// </summary>
    public async Task<IReadOnlyList<string>> OwnPrefixesAsync(CancellationToken cancellationToken)
    {
        if (_client is not null)
        {
            return [];
        }

        var prefixes = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var image in _images(cancellationToken))
        {
            if (OwnPrefix(image.ArtifactName) is { } prefix)
            {
                prefixes.Add(prefix);
            }
        }

        return [.. prefixes];
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_saved is not null)
        {
            File.Delete(_saved);
        }

        return _jobs?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    // batches/<id>/images/..., or everything but the name itself.
    private string? OwnPrefix(string name)
    {
        var parts = name.Split('/');
        return parts is ["batches", var id, "images", ..] && Guid.TryParse(id, out _) ? $"batches/{id}/images/"
            : _besideManifest && parts.Length > 1 ? string.Join('/', parts[..^1]) + "/"
            : null;
    }

    private static IArtifactStore OpenFolder(string folder, string option) => Directory.Exists(folder)
        ? ArtifactStores.Open(new ArtifactStoreOptions { Path = folder })
        : throw new CliException($"{option} leads to {folder}, which is not there.", ExitCodes.Usage);

    private static IJobStore OpenJobs(string data)
    {
        var database = Path.Combine(data, "jobs.db");
        if (!File.Exists(database))
        {
            throw new CliException($"--data names {data}, which holds no fleet: there is no jobs.db.", ExitCodes.Usage);
        }

        return JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Embedded, Path = database });
    }

    private static IArtifactStore OpenImages(string data) => OpenFolder(Path.Combine(data, "images"), "--data");
}
