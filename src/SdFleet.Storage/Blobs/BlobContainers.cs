using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace SdFleet.Storage.Blobs;

/// <summary>Opens the configured container.</summary>
internal static class BlobContainers
{
    public static BlobContainerClient Open(ArtifactStoreOptions options)
    {
        var service = string.IsNullOrWhiteSpace(options.ServiceUri)
            ? FromConnectionString(options.ConnectionString)
            : FromAddress(new Uri(options.ServiceUri));
        return service.GetBlobContainerClient(options.Container);
    }

    private static BlobServiceClient FromAddress(Uri address) => address.Query.Length > 0
        ? new BlobServiceClient(address, ClientOptions())
        : new BlobServiceClient(address, new DefaultAzureCredential(), ClientOptions());

    private static BlobServiceClient FromConnectionString(string? connectionString)
    {
        try
        {
            return new BlobServiceClient(connectionString, ClientOptions());
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            // The SDK's own text may quote the account key.
            throw new ArtifactStoreException(
                "The ConnectionString of the artifact store is no Azure Storage connection string. Copy it from the account's access keys; it has the form " +
                "'DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net'.",
                isTransient: false);
        }
    }

    private static BlobClientOptions ClientOptions()
    {
        var options = new BlobClientOptions
        {
            // The service compares the MD5 of what arrives and refuses what was damaged on the way. (Downloads are held
            // against the SHA-256 that was recorded at upload, which covers the time in between too.)
            TransferValidation = { Upload = { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 } },
        };

        // About half a minute of trying in all; the caller's token ends it sooner, and the job's own retries come after it.
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromMilliseconds(400);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(8);

        // For one try: the largest pictures are some megabytes.
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.Diagnostics.ApplicationId = "sdfleet";
        return options;
    }
}
