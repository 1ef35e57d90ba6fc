using Azure;

namespace SdFleet.Storage;

/// <summary>Reads artifacts as a whole.</summary>
public static class ArtifactReads
{
    /// <summary>All bytes of an artifact, or null where there is none.</summary>
    /// <param name="artifacts">The store.</param>
    /// <param name="name">The artifact.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArtifactStoreException">The store failed, also where it did so in the middle of the bytes; or they are damaged.</exception>
    public static async Task<byte[]?> ReadAsync(this IArtifactStore artifacts, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        await using var content = await artifacts.OpenReadAsync(name, cancellationToken);
        if (content is null)
        {
            return null;
        }

        using var bytes = new MemoryStream();
        try
        {
            await content.Stream.CopyToAsync(bytes, cancellationToken);
            return bytes.ToArray();
        }
        catch (Exception e) when (IsStoresFault(e, cancellationToken))
        {
            throw new ArtifactStoreException($"Reading {name} broke off: {e.GetBaseException().Message} It may work a little later.", isTransient: true, e);
        }
    }

    // What a disk, a share or the blob service's SDK throws from a stream, whose errors nobody has translated.
    private static bool IsStoresFault(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        IOException or RequestFailedException or AggregateException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };
}
