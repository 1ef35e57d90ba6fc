using System.Net;
using System.Runtime.CompilerServices;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Client;

/// <content>What a dataset is made of.</content>
internal sealed partial class FleetClient
{
    private const int ProblemPage = 1000;

    /// <summary>
    /// Saves the manifest of a batch. A server ends answers that are read too slowly, as one would be that waits for the pictures
    /// it names.
    /// </summary>
    public Task SaveBatchManifestAsync(Guid id, string file, CancellationToken cancellationToken) => ToItsEndAsync(async () =>
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, Relative($"/v1/batches/{id:D}/manifest")), cancellationToken, isLong: true);
        await ThrowUnlessFineAsync(response, cancellationToken);
        await using var saved = File.Create(file);
        await response.Content.CopyToAsync(saved, cancellationToken);
        return true;
    }, cancellationToken);

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
    public Task<byte[]?> FindImageAsync(Guid job, int index, CancellationToken cancellationToken) => ToItsEndAsync(async () =>
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, Relative(Text($"/v1/jobs/{job:D}/images/{index}"))), cancellationToken, isLong: true);
        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return (byte[]?)await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }, cancellationToken);

    // From the beginning again where the connection is cut in the middle of the answer: what cannot be reached at all has been
    // tried again by then.
    private async Task<T> ToItsEndAsync<T>(Func<Task<T>> get, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await get();
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                if (attempt == Tries)
                {
                    throw new CliException($"an answer of {Server} ended early {Tries} times ({e.Message}).", cause: e) { IsCutOff = true };
                }
            }

            await Task.Delay(FirstWait * Math.Pow(2, attempt - 1), _time, cancellationToken);
        }
    }
}
