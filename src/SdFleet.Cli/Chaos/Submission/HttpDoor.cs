using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>The API, as a client uses it who has been told to come back: what gets no definite answer is asked again.</summary>
internal sealed class HttpDoor : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http;
    private readonly IReadOnlyDictionary<string, ApiKey> _keys;
    private long _asked;
    private long _again;

    public HttpDoor(Uri api, IReadOnlyDictionary<string, ApiKey> keys)
    {
        _http = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(30) };
        _keys = keys;
    }

    /// <summary>Requests that got no definite answer and were sent again.</summary>
    public long AskedAgain => Interlocked.Read(ref _again);

    /// <summary>Requests in all.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>Submits a job.</summary>
    /// <returns>Whether the fleet has taken it.</returns>
    public async Task<Answer> SubmitAsync(PlannedJob job, bool otherPrompt, CancellationToken cancellationToken)
    {
        var (status, _) = await SendAsync(
            job.Tenant,
            () => new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/jobs", UriKind.Relative))
            {
                Content = new ByteArrayContent(job.Body(Door.Http, otherPrompt)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            },
            cancellationToken);
        return status switch
        {
            HttpStatusCode.Accepted => Answer.Yes,
            HttpStatusCode.BadRequest or HttpStatusCode.Conflict => Answer.No,
            _ => throw new CliException($"the API answers {(int)status} to the submission of {job.Id}."),
        };
    }

    /// <summary>Cancels a job; one that is not known yet is asked for again.</summary>
    /// <returns>Whether it is cancelled; else it has come to another end.</returns>
    public async Task<Answer> CancelAsync(PlannedJob job, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (status, _) = await SendAsync(
                job.Tenant, () => new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/jobs/{job.Id:D}/cancel", UriKind.Relative)), cancellationToken);
            switch (status)
            {
                case HttpStatusCode.OK:
                    return Answer.Yes;
                case HttpStatusCode.Conflict:
                    return Answer.No;
                case HttpStatusCode.NotFound:
                    await Task.Delay(Pause, cancellationToken);
                    break;
                default:
                    throw new CliException($"the API answers {(int)status} to the wish to cancel {job.Id}.");
            }
        }
    }

    /// <summary>What the API shows of a job; null where there is none.</summary>
    public async Task<JobView?> FindAsync(PlannedJob job, CancellationToken cancellationToken)
    {
        var (status, body) = await SendAsync(
            job.Tenant, () => new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/jobs/{job.Id:D}", UriKind.Relative)), cancellationToken);
        return status switch
        {
            HttpStatusCode.OK => JsonSerializer.Deserialize<JobView>(body, ContractsJson.Options),
            HttpStatusCode.NotFound => null,
            _ => throw new CliException($"the API answers {(int)status} to the question for {job.Id}."),
        };
    }

    public void Dispose() => _http.Dispose();

    // Until there is an answer that means something: not 5xx, and not none at all.
    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(string tenant, Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        // A tenant that nobody has a key for: any key will do, as there is nothing to be seen.
        var key = _keys.TryGetValue(tenant, out var own) ? own : _keys.Values.First();
        Interlocked.Increment(ref _asked);
        while (true)
        {
            try
            {
                using var request = make();
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Text);
                using var response = await _http.SendAsync(request, cancellationToken);
                var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                if ((int)response.StatusCode < 500)
                {
                    return (response.StatusCode, body);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The API is away, or was killed while it answered.
            }

            Interlocked.Increment(ref _again);
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
