using System.Net;
using System.Net.Http.Headers;
using SdFleet.Contracts.Api;

namespace SdFleet.Cli.Client;

/// <content>Pictures for jobs to begin with.</content>
internal sealed partial class FleetClient
{
    private const byte FirstOfJpeg = 0xFF;
    private const byte FirstOfWebP = (byte)'R';

    /// <summary>Uploads a picture's file; what is there already stays as it is.</summary>
    /// <returns>What a job names it by.</returns>
    public async Task<string> UploadInputAsync(byte[] file, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () =>
            {
                var content = new ByteArrayContent(file);
                content.Headers.ContentType = new MediaTypeHeaderValue(file is [FirstOfJpeg, ..] ? "image/jpeg" : file is [FirstOfWebP, ..] ? "image/webp" : "image/png");
                return new HttpRequestMessage(HttpMethod.Post, Relative("/v1/inputs")) { Content = content };
            },
            cancellationToken,
            isLong: true);
        await ThrowUnlessFineAsync(response, cancellationToken);
        return (await ReadAsync<InputView>(response, cancellationToken)).Sha256;
    }

    /// <summary>A picture's file, or null where the server does not have it.</summary>
    public async Task<byte[]?> FindInputAsync(string sha256, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Relative($"/v1/inputs/{sha256}")), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }
}
