using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace SdFleet.Storage.Blobs;

/// <summary>Says in the store's own words what the Azure SDK reports.</summary>
internal static class BlobErrors
{
    /// <summary>The exception to throw; null for what is not the store's to explain, such as the caller's own cancellation.</summary>
    public static ArtifactStoreException? Translate(
        Exception exception, BlobContainerClient container, string what, CancellationToken cancellationToken) => exception switch
        {
            ArtifactStoreException => null,
            OperationCanceledException when cancellationToken.IsCancellationRequested => null,
            RequestFailedException failed => Translated(failed, container, what),

            // The SDK gathers the failures of its tries; the last one tells most.
            AggregateException { InnerExceptions: [.., RequestFailedException last] } => Translated(last, container, what),

            // A try that ran into the network timeout, and everything below HTTP.
            OperationCanceledException or IOException or AggregateException =>
                Unreachable(exception, container, what),
            _ => null,
        };

    /// <summary>True where the service gave that reason. Some answers, such as a proxy's, give none.</summary>
    public static bool Is(this RequestFailedException failed, BlobErrorCode code) => failed.ErrorCode == code.ToString();

    private static ArtifactStoreException Translated(RequestFailedException failed, BlobContainerClient container, string what)
    {
        if (failed.Status == 0)
        {
            return Unreachable(failed, container, what);
        }

        var cause = $"{failed.Status} {failed.ErrorCode}".TrimEnd();
        var transient = failed.Status is 408 or 429 or >= 500 || failed.Is(BlobErrorCode.ContainerBeingDeleted);
        var remedy = failed.Status switch
        {
            _ when transient => "It may work a little later.",
            401 or 403 => "Check the key or the signature of the artifact store, when it expires, and that it may read, create, write, list, and for repairs delete.",
            404 => "Make the container, or start a service of the fleet, which makes it.",
            400 => "Check the name and the metadata of the artifact.",
            _ => "See the inner exception.",
        };
        return new ArtifactStoreException($"{what} in blob container {Place(container)} failed: {cause}. {remedy}", transient, failed);
    }

    private static ArtifactStoreException Unreachable(Exception exception, BlobContainerClient container, string what) =>
        new($"{what} in blob container {Place(container)} failed: {exception.GetBaseException().Message}. " +
            "Check that the address is right and that the service is up.", isTransient: true, exception);

    // Without the query: a shared access signature is a secret.
    private static string Place(BlobContainerClient container) => container.Uri.GetLeftPart(UriPartial.Path);
}
