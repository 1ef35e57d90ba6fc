using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Webhooks;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Webhooks;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Webhooks;

/// <summary>Sends one delivery: signed, to a checked address, within a time, following nothing and reading no answer's body.</summary>
internal sealed class WebhookClient : IDisposable
{
    private const int MaxHeaderKilobytes = 16;
    private const int MaxDrainBytes = 4 * 1024;

    // New connections from time to time, so that a receiver's move is followed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly WebhookOptions _options;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;

    public WebhookClient(
        IOptions<WebhookOptions> options, IOptions<WebhookDeliveryOptions> delivery, WebhookConnector connector, TimeProvider clock)
    {
        _options = options.Value;
        _timeout = delivery.Value.Timeout;
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (context, token) => connector.ConnectAsync(context.DnsEndPoint, token),
            ConnectTimeout = _timeout,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseHeadersLength = MaxHeaderKilobytes,

            // What an answer's body has up to this much is thrown away for the sake of the connection; a longer one ends it.
            MaxResponseDrainSize = MaxDrainBytes,
            ResponseDrainTimeout = DrainTime,

            // A redirect leads past the checks of a submission, and a proxy past those of an address.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,

            // A path may hold a receiver's token, and the client's own span would tell it to whoever collects traces.
            ActivityHeadersPropagator = null,
        })
        {
            // Each request has its own time.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("SdFleet", FleetVersion.Current));
    }

    /// <summary>Sends it.</summary>
    /// <param name="webhook">The delivery.</param>
    /// <param name="body">Its body.</param>
    /// <param name="stopping">Breaks it off.</param>
    /// <exception cref="OperationCanceledException">It was broken off.</exception>
    public async Task<WebhookAnswer> SendAsync(ClaimedWebhook webhook, byte[] body, CancellationToken stopping)
    {
        var secrets = _options.SecretsOf(webhook.Tenant);
        if (secrets.Count == 0)
        {
            // It may be configured again; nothing goes out unsigned.
            return new WebhookAnswer(Status: null, $"There is no secret to sign with for tenant {webhook.Tenant} ({WebhookOptions.SectionName}:Tenants:{webhook.Tenant}:Secret).");
        }

        if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && _options.AllowHttp)))
        {
            return new WebhookAnswer(Status: null, $"It is no https URL ({WebhookOptions.SectionName}:{nameof(WebhookOptions.AllowHttp)}).", IsFinal: true);
        }

        using var request = Request(webhook.Id, url, body, secrets);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_timeout);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            return Answer(response);
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            return new WebhookAnswer(Status: null, $"{refused.Message} ({WebhookOptions.SectionName}:{nameof(WebhookOptions.AllowPrivateAddresses)}).", IsFinal: true);
        }
        catch (HttpRequestException e)
        {
            return new WebhookAnswer(Status: null, $"It cannot be reached: {e.GetBaseException().Message}");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new WebhookAnswer(Status: null, $"It did not answer within {_timeout}.");
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(Guid webhookId, Uri url, byte[] body, IReadOnlyList<WebhookSecret> secrets)
    {
        var id = webhookId.ToString("D");
        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        request.Headers.Add(WebhookHeaders.Id, id);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } traceparent })
        {
            request.Headers.Add("traceparent", traceparent);
        }

        request.Headers.Add(WebhookHeaders.Timestamp, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookHeaders.Signature, string.Join(' ', secrets.Select(secret => secret.Sign(id, timestamp, body))));
        return request;
    }

    private WebhookAnswer Answer(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return new WebhookAnswer(status);
        }

        if (response.StatusCode == HttpStatusCode.Gone)
        {
            return new WebhookAnswer(status, "It answered 410: it wants no more of this.", IsFinal: true);
        }

        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        var redirect = status is >= 300 and < 400 ? "; redirects are not followed" : "";
        return new WebhookAnswer(status, string.Create(CultureInfo.InvariantCulture, $"It answered {status}{redirect}."), RetryAfter: wait);
    }
}
