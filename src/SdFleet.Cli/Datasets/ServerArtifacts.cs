using System.Globalization;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Identity;
using SdFleet.Storage;

namespace SdFleet.Cli.Datasets;

/// <summary>The pictures of a fleet, and those that they began with, read through its API: which one follows from an artifact's name. Nothing can be listed or stored.</summary>
internal sealed class ServerArtifacts(FleetClient client) : IArtifactStore
{
    private const int GuidLength = 36;
    private const string InputPrefix = "inputs/";

    public async Task<ArtifactContent?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        if (name.StartsWith(InputPrefix, StringComparison.Ordinal))
        {
            return await client.FindInputAsync(name[(name.LastIndexOf('/') + 1)..], cancellationToken) is { } input
                ? new ArtifactContent(new MemoryStream(input), input.Length, "application/octet-stream")
                : null;
        }

        // Whichever draw it is: the record of the job's picture names it to the server.
        var file = ArtifactName.OfFirstDraw(name[(name.LastIndexOf('/') + 1)..]);
        if (file.Length <= GuidLength || !Guid.TryParseExact(file[..GuidLength], "D", out var job) ||
            !int.TryParse(Path.GetFileNameWithoutExtension(file[(GuidLength + 1)..]), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ||
            ArtifactName.ForImage("", job, index) != "/" + file)
        {
            return null;
        }

        try
        {
            return await client.FindImageAsync(job, index, cancellationToken) is { } bytes
                ? new ArtifactContent(new MemoryStream(bytes), bytes.Length, "image/png")
                : null;
        }
        catch (CliException e) when (e.IsCutOff)
        {
            // What it sends has been checked by then, and it has nothing else to say than no more.
            throw new ArtifactStoreException(
                $"{name} cannot be read to its end, as where the stored bytes are not those that were made: {e.Message}", isTransient: false, e) { IsDamage = true };
        }
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => throw ReadOnly();

    public Task PingAsync(CancellationToken cancellationToken) => throw ReadOnly();

    public Task<PutResult> PutAsync(
        string name,
        ReadOnlyMemory<byte> content,
        string contentType,
        string sha256,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken) => throw ReadOnly();

    public Task<ArtifactInfo?> FindAsync(string name, CancellationToken cancellationToken) => throw ReadOnly();

    public Task<string?> HashAsync(string name, CancellationToken cancellationToken) => throw ReadOnly();

    public Task<bool> RemoveDamagedAsync(string name, string sha256, CancellationToken cancellationToken) => throw ReadOnly();

    public Task<bool> RenewAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken) => throw ReadOnly();

    public Task<bool> RemoveAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken) => throw ReadOnly();

    public IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => throw ReadOnly();

    public IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, CancellationToken cancellationToken) => throw ReadOnly();

    private static NotSupportedException ReadOnly() => new("A server's pictures can only be read.");
}
