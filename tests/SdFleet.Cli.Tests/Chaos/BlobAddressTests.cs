using SdFleet.Cli.Chaos.Servers;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Tests.Chaos;

public sealed class BlobAddressTests
{
    [Theory]
    [InlineData(
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Zm9v==;BlobEndpoint=http://127.0.0.1:10000/a;",
        "http://127.0.0.1:10000/",
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Zm9v==;BlobEndpoint=http://127.0.0.1:7000/a;")]
    [InlineData(
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v==;EndpointSuffix=core.windows.net",
        "https://a.blob.core.windows.net/",
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Zm9v==;EndpointSuffix=core.windows.net;BlobEndpoint=http://localhost:7000/;")]
    public void ConnectionString_ThroughTheProxy_ChangesTheEndpointOnly(string text, string endpoint, string through)
    {
        var address = BlobAddress.Parse(text);

        Assert.Equal(endpoint, address.Endpoint.AbsoluteUri);
        Assert.Equal(through, address.Options("c", proxyPort: 7000).ConnectionString);
        Assert.Equal(text, address.Options("c").ConnectionString);
    }

    [Fact]
    public void SignedAddress_ThroughTheProxy_KeepsItsSignature()
    {
        var address = BlobAddress.Parse("https://a.blob.core.windows.net/?sv=2024&sig=x%2By%3D");

        Assert.Equal("https://a.blob.core.windows.net/", address.Endpoint.AbsoluteUri);
        Assert.Equal("http://localhost:7000/?sv=2024&sig=x%2By%3D", address.Options("c", proxyPort: 7000).ServiceUri);
        Assert.Null(address.Options("c", proxyPort: 7000).ConnectionString);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("https://a.blob.core.windows.net/")]
    [InlineData("AccountKey=Zm9v==")]
    public void Parse_OfSomethingElse_SaysWhatItTakes(string text)
    {
        var wrong = Assert.Throws<CliException>(() => BlobAddress.Parse(text));

        Assert.Equal(ExitCodes.Usage, wrong.ExitCode);
        Assert.StartsWith("--blobs is no Azure Storage connection string", wrong.Message, StringComparison.Ordinal);
    }
}
