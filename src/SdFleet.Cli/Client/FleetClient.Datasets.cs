using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;

namespace SdFleet.Cli.Client;

/// <content>What a dataset is made of.</content>
internal sealed partial class FleetClient
{
    private const int ProblemPage = 1000;

    /// <summary>The manifest of a batch, read as it comes.</summary>
    public async IAsyncEnumerable<ManifestRecord> ReadBatchManifestAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, Relative($"/v1/batches/{id:D}/manifest")), cancellationToken, isLong: true);
        await ThrowUnlessFineAsync(response, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            ManifestRecord record;
            try
            {
                record = JsonSerializer.Deserialize<ManifestRecord>(line, ContractsJson.Options) ?? throw new JsonException("null");
            }
            catch (JsonException e)
            {
                throw new CliException($"{Server} sends a manifest that cannot be read: {e.Message} Is it an SdFleet server of this version?", cause: e);
            }

            yield return record;
        }
    }

    /// <summary>All bad lines of a batch, in order.</summary>
    public async IAsyncEnumerable<BatchProblem> ReadBatchProblemsAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? after = 0; after is not null;)
        {
            var page = await GetAsync<BatchProblemsView>(
                Text($"/v1/batches/{id:D}/problems?limit={ProblemPage}&after={after}"), cancellationToken, isLong: true);
            foreach (var problem in page?.Problems ?? [])
            {
                yield return problem;
            }

            after = page?.Next;
        }
    }

    /// <summary>A finished picture, or null where the server has none.</summary>
    public async Task<byte[]?> FindImageAsync(Guid job, int index, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, Relative(Text($"/v1/jobs/{job:D}/images/{index}"))), cancellationToken, isLong: true);
        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }
}
