using System.Text;
using SdFleet.Storage.Blobs;
using SdFleet.Storage.Trees;

namespace SdFleet.Storage;

/// <summary>Opens file trees.</summary>
public static class FileTrees
{
    /// <summary>What the address of a container begins with.</summary>
    public const string BlobScheme = "azure://";

    /// <summary>A folder.</summary>
    public static IFileTree Folder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FolderTree(path);
    }

    /// <summary>What an address names: <c>azure://container/prefix</c>, or a folder's path.</summary>
    /// <param name="address">The address; the prefix may be missing.</param>
    /// <param name="account">Whose containers they are: its connection string or service address; its own container and folder do not count.</param>
    /// <exception cref="ArtifactStoreException">It is no such address, or the account is not named.</exception>
    public static IFileTree Open(string address, ArtifactStoreOptions account)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ArgumentNullException.ThrowIfNull(account);
        if (!address.StartsWith(BlobScheme, StringComparison.Ordinal))
        {
            return Folder(address);
        }

        var (container, prefix) = address[BlobScheme.Length..].Split('/', 2) is [var first, var rest] ? (first, rest.TrimEnd('/')) : (address[BlobScheme.Length..], "");
        if (!ArtifactStoreOptionsValidator.IsContainerName(container) || (prefix.Length > 0 && !ArtifactNames.IsValid(prefix)))
        {
            throw new ArtifactStoreException(
                $"{address} is no place in a container: it looks like {BlobScheme}container/folder/name, the container of 3 to 63 characters of a-z, 0-9 and single '-', " +
                "the rest of letters, digits, '-', '_', '.' and '/'.",
                isTransient: false);
        }

        return string.IsNullOrWhiteSpace(account.ConnectionString) && string.IsNullOrWhiteSpace(account.ServiceUri)
            ? throw new ArtifactStoreException(
                $"{address} is in a storage account, and none is named: set SdFleet__Artifacts__ConnectionString, or SdFleet__Artifacts__ServiceUri.", isTransient: false)
            : Blob(account, container, prefix);
    }

    /// <summary>The part of an artifact store whose names begin with <paramref name="prefix"/> and a slash.</summary>
    public static IFileTree Within(ArtifactStoreOptions store, string prefix)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArtifactNames.ThrowIfInvalid(prefix);
        return store.Kind == ArtifactStoreKind.Folder ? Folder(Path.Combine(store.Path!, prefix)) : Blob(store, store.Container!, prefix);
    }

    /// <summary>Reads a small file whole, or null where there is none.</summary>
    public static async Task<byte[]?> ReadAsync(this IFileTree tree, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        await using var stream = await tree.OpenReadAsync(path, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>Writes a small file, in place of the one that is there.</summary>
    public static async Task WriteAsync(this IFileTree tree, string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        await using var stage = tree.Stage();
        await using (var stream = await stage.CreateAsync(path, cancellationToken))
        {
            await stream.WriteAsync(content, cancellationToken);
        }

        await stage.PublishAsync(cancellationToken);
    }

    /// <summary>Writes a small text as UTF-8, in place of the one that is there.</summary>
    public static Task WriteAsync(this IFileTree tree, string path, string text, CancellationToken cancellationToken) =>
        tree.WriteAsync(path, Encoding.UTF8.GetBytes(text), cancellationToken);

    private static BlobTree Blob(ArtifactStoreOptions account, string container, string prefix) => new(
        BlobContainers.Open(new ArtifactStoreOptions { ConnectionString = account.ConnectionString, ServiceUri = account.ServiceUri, Container = container }), prefix);
}
