using System.Security.Cryptography;
using SdFleet.Storage;

namespace SdFleet.Cli.Chaos.Servers;

/// <summary>Where the run's pictures are: a container of its own behind a proxy that can fail, or a folder.</summary>
internal sealed class ChaosArtifacts : IAsyncDisposable
{
    private const int Readers = 8;

    private readonly ScratchContainer? _container;
    private readonly string _folder;

    private ChaosArtifacts(ArtifactStoreOptions settings, ScratchContainer? container, BlobProxy? proxy, string folder)
    {
        Settings = settings;
        Proxy = proxy;
        _container = container;
        _folder = folder;
    }

    /// <summary>What the services are told.</summary>
    public ArtifactStoreOptions Settings { get; }

    /// <summary>What stands before the blob service; null where nothing does.</summary>
    public BlobProxy? Proxy { get; }

    /// <summary>Name of the container, or the folder.</summary>
    public string Place => Settings.Container ?? _folder;

    /// <summary>In a container of the run's own.</summary>
    /// <param name="address">The blob service.</param>
    /// <param name="name">The container's name.</param>
    /// <param name="proxyPort">Where the proxy before it listens; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ChaosArtifacts> InContainerAsync(BlobAddress address, string name, int? proxyPort, CancellationToken cancellationToken)
    {
        // The run looks into it past the proxy, whatever that does.
        var container = await ScratchContainer.CreateAsync(address.Options(name), cancellationToken);
        try
        {
            var proxy = proxyPort is { } port ? await BlobProxy.StartAsync(address.Endpoint, port, cancellationToken) : null;
            return new ChaosArtifacts(address.Options(name, proxyPort), container, proxy, folder: "");
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>In a folder.</summary>
    public static ChaosArtifacts InFolder(string folder) => new(
        new ArtifactStoreOptions { Kind = ArtifactStoreKind.Folder, Path = Directory.CreateDirectory(folder).FullName, Container = null },
        container: null,
        proxy: null,
        folder);

    /// <summary>Every file by its name, with the SHA-256 of its bytes.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HashAsync(CancellationToken cancellationToken)
    {
        var names = _container is null ? FilesOf(_folder) : await _container.ListAsync(cancellationToken).ToListAsync(cancellationToken);
        var digests = new string[names.Count];
        await Parallel.ForAsync(
            0,
            names.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                var bytes = _container is null ? await File.ReadAllBytesAsync(Path.Combine(_folder, names[i]), token) : await _container.ReadAsync(names[i], token);
                digests[i] = Convert.ToHexStringLower(SHA256.HashData(bytes));
            });
        return names.Zip(digests).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
    }

    /// <summary>Deletes the container. The folder is its owner's to delete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }

    // The folder store keeps what is not finished in hidden folders.
    private static List<string> FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part.StartsWith('.'))),
    ];
}
