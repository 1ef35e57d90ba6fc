using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Client;

/// <content>Batches.</content>
internal sealed partial class FleetClient
{
    /// <summary>The parts of a batch's source that the server has.</summary>
    public async Task<IReadOnlyList<BatchPartView>> ListPartsAsync(Guid batch, CancellationToken cancellationToken) =>
        (await GetAsync<BatchPartsView>($"/v1/batches/{batch:D}/parts", cancellationToken))!.Parts;

    /// <summary>Uploads a part. What is there already stays as it is; another part under its number is an error.</summary>
    public async Task PutPartAsync(Guid batch, int number, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        var digest = Convert.ToBase64String(SHA256.HashData(part.Span));
        using var response = await SendAsync(
            () =>
            {
                var content = new ReadOnlyMemoryContent(part);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
                content.Headers.Add("Content-Digest", $"sha-256=:{digest}:");
                return new HttpRequestMessage(HttpMethod.Put, Relative(Text($"/v1/batches/{batch:D}/parts/{number}"))) { Content = content };
            },
            cancellationToken,
            isLong: true);
        await ThrowUnlessFineAsync(response, cancellationToken);
    }

    /// <summary>Submits a batch whose parts are uploaded.</summary>
    public async Task<BatchAccepted> SubmitBatchAsync(object batch, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative("/v1/batches")) { Content = JsonContent.Create(batch, options: ContractsJson.Options) },
            cancellationToken,
            isLong: true);
        if (response.StatusCode == HttpStatusCode.Conflict)
        {
            // An id that follows from the lines is the same for whoever submits them.
            throw new CliException($"{(await ReadProblemAsync(response, cancellationToken)).Detail ?? "Another batch has this id."} --id gives this one a new id.");
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<BatchAccepted>(response, cancellationToken);
    }

    /// <summary>A batch, or null where the server does not know it (yet).</summary>
    public Task<BatchView?> FindBatchAsync(Guid id, CancellationToken cancellationToken) =>
        GetAsync<BatchView>($"/v1/batches/{id:D}", cancellationToken, isLong: true);

    /// <summary>The newest batches.</summary>
    public async Task<IReadOnlyList<BatchView>> ListBatchesAsync(int max, CancellationToken cancellationToken) =>
        (await GetAsync<BatchListView>(Text($"/v1/batches?limit={max}"), cancellationToken))!.Batches;

    /// <summary>The first bad lines of a batch.</summary>
    public async Task<BatchProblemsView> ListBatchProblemsAsync(Guid id, int max, CancellationToken cancellationToken) =>
        await GetAsync<BatchProblemsView>(Text($"/v1/batches/{id:D}/problems?limit={max}"), cancellationToken) ?? new BatchProblemsView { Problems = [] };

    /// <summary>Cancels, pauses or resumes a batch.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="verb"><c>cancel</c>, <c>pause</c> or <c>resume</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where it is done; else why it is not.</returns>
    public async Task<string?> ControlBatchAsync(Guid id, string verb, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/batches/{id:D}/{verb}")), cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return (await ReadProblemAsync(response, cancellationToken)).Detail ?? $"batch {id} stays as it is ({(int)response.StatusCode}).";
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return null;
    }

    /// <summary>Has lines of a batch looked at, and made again where something of them is missing.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="lines">At most <see cref="RepairBatch.MaxLines"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<LineRepairView>> RepairBatchAsync(Guid id, IReadOnlyList<long> lines, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/batches/{id:D}/repair"))
            {
                Content = JsonContent.Create(new RepairBatch { Lines = lines }, options: ContractsJson.Options),
            },
            cancellationToken,
            isLong: true);
        await ThrowUnlessFineAsync(response, cancellationToken);
        return (await ReadAsync<BatchRepairView>(response, cancellationToken)).Lines;
    }

    private async Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken, bool isLong = false)
        where T : class
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Relative(path)), cancellationToken, isLong);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
