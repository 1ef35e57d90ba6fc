using Azure;
using Azure.Storage.Blobs;
using SdFleet.Storage.Blobs;

namespace SdFleet.Storage.Tests;

public sealed class BlobErrorsTests
{
    private static readonly BlobContainerClient Container = new(new Uri("https://account.blob.core.windows.net/sdfleet?sig=secret"));

    [Theory]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(429, true)]
    [InlineData(408, true)]
    [InlineData(0, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    public void Translate_Status_DecidesWhetherItIsTransient(int status, bool transient)
    {
        var translated = BlobErrors.Translate(new RequestFailedException(status, "no"), Container, "Storing x.png", default)!;

        Assert.Equal(transient, translated.IsTransient);
        Assert.StartsWith("Storing x.png in blob container https://account.blob.core.windows.net/sdfleet failed:", translated.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", translated.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_ManyTries_TellsOfTheLast()
    {
        var tries = new AggregateException(new RequestFailedException(500, "first"), new RequestFailedException(503, "last"));

        var translated = BlobErrors.Translate(tries, Container, "Storing x.png", default)!;

        Assert.Contains("503", translated.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_TheCallersCancellation_IsNotTheStores()
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.Null(BlobErrors.Translate(new TaskCanceledException(), Container, "Storing x.png", cancelled));
        Assert.True(BlobErrors.Translate(new TaskCanceledException(), Container, "Storing x.png", default)!.IsTransient);
    }
}
