using System.Security.Cryptography;
using System.Text;
using Azure;
using SdFleet.Storage.Blobs;

namespace SdFleet.Storage;

/// <summary>Looks at an artifact store, and tries on a file of its own what the fleet does with artifacts.</summary>
internal static class ArtifactProbe
{
    private const string Folder = "doctor";

    public static async Task<ArtifactStoreInspection> InspectAsync(ArtifactStoreOptions options, bool writes, CancellationToken cancellationToken)
    {
        var store = ArtifactStores.Open(options);
        var (place, exists, delete) = options.Kind == ArtifactStoreKind.Folder
            ? OfFolder(Path.GetFullPath(options.Path!))
            : await OfContainerAsync(options, cancellationToken);
        if (!exists || !writes)
        {
            return new ArtifactStoreInspection(place, exists, Flaw: null);
        }

        if (options.Kind == ArtifactStoreKind.Folder)
        {
            // Where files come in is made by the services when they start; a folder that is there may be without it.
            await store.PrepareAsync(cancellationToken);
        }

        var name = $"{Folder}/{Guid.NewGuid():N}.txt";
        try
        {
            return new ArtifactStoreInspection(place, Exists: true, await TryAsync(store, name, cancellationToken));
        }
        finally
        {
            await delete(name);
        }
    }

    private static async Task<string?> TryAsync(IArtifactStore store, string name, CancellationToken cancellationToken)
    {
        var (first, second) = ("first"u8.ToArray(), "second"u8.ToArray());
        var created = await store.PutAsync(name, first, "text/plain", Sha256(first), metadata: null, cancellationToken);
        var again = await store.PutAsync(name, second, "text/plain", Sha256(second), metadata: null, cancellationToken);
        if (!created.Created || again.Created)
        {
            return "it replaces a file that is there, where it should refuse to: two workers could then store different pictures under one name";
        }

        await using var content = await store.OpenReadAsync(name, cancellationToken);
        if (content is null)
        {
            return "a file that was stored cannot be read";
        }

        using var reader = new StreamReader(content.Stream, Encoding.UTF8);
        if (await reader.ReadToEndAsync(cancellationToken) != "first")
        {
            return "a file that was stored reads as something else";
        }

        await foreach (var entry in store.ListAsync(name, cancellationToken))
        {
            return entry.Name == name ? null : $"its list of {name} has {entry.Name}";
        }

        return "a file that was stored is not in its list";
    }

    private static (string Place, bool Exists, Func<string, Task> Delete) OfFolder(string root) => (root, Directory.Exists(root), name =>
    {
        var file = Path.Combine(root, name.Replace('/', Path.DirectorySeparatorChar));
        File.Delete(file);
        if (Path.GetDirectoryName(file) is { } folder && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }

        return Task.CompletedTask;
    });

    private static async Task<(string Place, bool Exists, Func<string, Task> Delete)> OfContainerAsync(ArtifactStoreOptions options, CancellationToken cancellationToken)
    {
        var container = BlobContainers.Open(options);
        try
        {
            bool exists = await container.ExistsAsync(cancellationToken);
            return (container.Uri.GetLeftPart(UriPartial.Path), exists, async name =>
            {
                try
                {
                    await container.DeleteBlobIfExistsAsync(name, cancellationToken: CancellationToken.None);
                }
                catch (RequestFailedException)
                {
                    // The fleet itself deletes nothing, and need not be allowed to. A few bytes stay.
                }
            });
        }
        catch (Exception exception) when (BlobErrors.Translate(exception, container, "Looking at the container", cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
