using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Client;

/// <summary>
/// Talks to a fleet's API. What a server that is busy or restarting answers is tried again; the rest is an error with a message.
/// </summary>
internal sealed partial class FleetClient : IDisposable
{
    private const int Tries = 4;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public FleetClient(Uri server, string? apiKey, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(100) };
        if (!string.IsNullOrEmpty(apiKey))
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }
    }

    public Uri Server => _http.BaseAddress!;

    /// <summary>Submits a job, which must have an id: then trying again cannot make it twice.</summary>
    public async Task SubmitAsync(SubmitJob job, CancellationToken cancellationToken)
    {
        if (job.Id is null)
        {
            throw new ArgumentException("The job has no id.", nameof(job));
        }

        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative("/v1/jobs"))
            {
                Content = JsonContent.Create(job, options: ContractsJson.Options),
            },
            cancellationToken);
        await ThrowUnlessFineAsync(response, cancellationToken);
    }

    /// <summary>A job, or null where the server does not know it (yet).</summary>
    public async Task<JobView?> FindJobAsync(Guid id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Relative($"/v1/jobs/{id:D}")), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<JobView>(response, cancellationToken);
    }

    /// <summary>Cancels a job.</summary>
    /// <returns>Null where it is cancelled; else why it is not.</returns>
    public async Task<string?> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/jobs/{id:D}/cancel")), cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return (await ReadProblemAsync(response, cancellationToken)).Detail ?? $"job {id} is not cancelled ({(int)response.StatusCode}).";
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return null;
    }

    /// <summary>The models that the server knows.</summary>
    public async Task<IReadOnlyList<ModelView>> ListModelsAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Relative("/v1/models")), cancellationToken);
        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<List<ModelView>>(response, cancellationToken);
    }

    /// <summary>The workers that the server has heard of.</summary>
    public async Task<IReadOnlyList<WorkerView>> ListWorkersAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Relative("/v1/workers")), cancellationToken);
        await ThrowUnlessFineAsync(response, cancellationToken);
        return await ReadAsync<List<WorkerView>>(response, cancellationToken);
    }

    /// <summary>A file under an address that the server gave.</summary>
    public async Task<byte[]> DownloadAsync(string url, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Relative(url)), cancellationToken);
        await ThrowUnlessFineAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    // Relative to the address that was given, which may have a path of its own.
    private static Uri Relative(string path) => new(path.TrimStart('/'), UriKind.Relative);

    /// <param name="request">Makes the request anew for each try.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isLong">One of many that belong together, and too many to begin again for a connection that was cut.</param>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken, bool isLong = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            HttpResponseMessage response;
            try
            {
                using var message = request();
                response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (HttpRequestException) when (isLong && attempt < Tries)
            {
                await Task.Delay(FirstWait * Math.Pow(2, attempt - 1), _time, cancellationToken);
                continue;
            }
            catch (HttpRequestException e)
            {
                throw new CliException(
                    $"no fleet answers at {Server} ({e.Message}). Start one with \"sdfleet up\", or name another with --server or " +
                    "SDFLEET_SERVER. \"sdfleet generate --local\" needs none.",
                    cause: e);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CliException($"{Server} did not answer within {_http.Timeout.TotalSeconds:0} seconds.", cause: e);
            }

            if (attempt == Tries || response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
            {
                return response;
            }

            var wait = response.Headers.RetryAfter?.Delta ?? FirstWait * Math.Pow(2, attempt - 1);
            response.Dispose();
            await Task.Delay(wait < LongestWait ? wait : LongestWait, _time, cancellationToken);
        }
    }

    private async Task ThrowUnlessFineAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var problem = await ReadProblemAsync(response, cancellationToken);
        if (problem.Errors is { Count: > 0 } errors)
        {
            throw FieldErrors.ToException(Server.ToString(), errors);
        }

        var hint = response.StatusCode == HttpStatusCode.Unauthorized ? " Give the key with --api-key or SDFLEET_API_KEY." : "";
        var trace = problem.TraceId is { } id && (int)response.StatusCode >= 500 ? $" (trace {id})" : "";
        var reason = problem.Detail ?? problem.Title ?? response.ReasonPhrase;
        throw new CliException($"{Server} answers {(int)response.StatusCode}: {reason}{hint}{trace}");
    }

    private static async Task<ProblemBody> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A proxy in between may answer with anything.
        if (response.Content.Headers.ContentType?.MediaType is not "application/problem+json")
        {
            return new ProblemBody();
        }

        try
        {
            return await response.Content.ReadFromJsonAsync<ProblemBody>(ContractsJson.Options, cancellationToken) ?? new ProblemBody();
        }
        catch (JsonException)
        {
            return new ProblemBody();
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ContractsJson.Options, cancellationToken)
                ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new CliException(
                $"{Server} answers, but not as a fleet does ({e.Message}). Is it an SdFleet server of this version?", cause: e);
        }
    }
}
