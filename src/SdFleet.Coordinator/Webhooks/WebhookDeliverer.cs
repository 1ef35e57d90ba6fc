using System.Diagnostics;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Webhooks;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Webhooks;

/// <summary>
/// Delivers what is due for one receiver: claims a few, sends them at once, records what came of it. Whoever dies in between
/// leaves claims that run out, and the same deliveries are sent again under the same ids: at least once.
/// </summary>
internal sealed partial class WebhookDeliverer(
    IJobStore store, WebhookBodies bodies, WebhookClient client, IOptions<WebhookDeliveryOptions> options, TimeProvider clock, ILogger<WebhookDeliverer> logger)
{
    // Then it is the turn of somebody else, where more wait than can be served at once.
    private const int MaxRounds = 25;

    // To write a body before and to record the outcome after a request that took all its time.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly WebhookDeliveryOptions _options = options.Value;

    // Its waits are those of a job's failures: doubling, spread by chance.
    private readonly RetryPolicy _waits = new() { BaseDelay = options.Value.BaseDelay, MaxDelay = options.Value.MaxDelay };

    /// <summary>Delivers until nothing is due, nothing gets through, or it is somebody else's turn.</summary>
    /// <returns>Whether nothing got through: the receiver is better left alone for a while.</returns>
    public async Task<bool> DeliverAsync(WebhookReceiver receiver, CancellationToken stopping)
    {
        for (var round = 0; round < MaxRounds && !stopping.IsCancellationRequested; round++)
        {
            // By the store's clock, which all who send have in common, and by this machine's only how long it takes.
            var claimedAt = await store.GetTimeAsync(stopping).ConfigureAwait(false);
            var begun = clock.GetTimestamp();
            DateTimeOffset Now() => claimedAt + clock.GetElapsedTime(begun);

            var claimed = await store.ClaimWebhooksAsync(
                receiver, _options.PerReceiver, claimedAt, _options.Timeout + LeaseMargin, stopping).ConfigureAwait(false);
            if (claimed.Count == 0)
            {
                return false;
            }

            var outcomes = await Task.WhenAll(claimed.Select(webhook => SendAsync(webhook, Now, stopping))).ConfigureAwait(false);

            // Not with the caller's token: what was sent is recorded even while stopping, or it would be sent again. Only then there is little time.
            using var deadline = new CancellationTokenSource(LeaseMargin, clock);
            using var hurry = stopping.Register(() => deadline.CancelAfter(LastWords));
            await store.RecordWebhooksAsync(outcomes, Now(), deadline.Token).ConfigureAwait(false);
            if (outcomes.All(outcome => outcome.State != WebhookState.Delivered))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<WebhookOutcome> SendAsync(ClaimedWebhook webhook, Func<DateTimeOffset> now, CancellationToken stopping)
    {
        try
        {
            var body = await bodies.MakeAsync(webhook, stopping).ConfigureAwait(false);
            using var activity = TraceContext.Continue(CoordinatorActivity.Source, "deliver webhook", ActivityKind.Internal, body?.Traceparent);
            activity?.SetTag("sdfleet.webhook.id", webhook.Id).SetTag("sdfleet.webhook.attempt", webhook.Attempt)
                .SetTag(webhook.Subject == WebhookSubject.Job ? "sdfleet.job.id" : "sdfleet.batch.id", webhook.SubjectId);
            var started = clock.GetTimestamp();
            var answer = body is null
                ? new WebhookAnswer(Status: null, $"There is no {webhook.Subject} {webhook.SubjectId} at its end in the job store.", IsFinal: true)
                : await client.SendAsync(webhook, body.Utf8, stopping).ConfigureAwait(false);
            var outcome = Outcome(webhook, answer, now());
            activity?.SetTag("http.response.status_code", answer.Status).SetStatus(answer.Error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, answer.Error);
            Count(outcome.State, clock.GetElapsedTime(started));
            if (outcome.State == WebhookState.Abandoned)
            {
                LogAbandoned(webhook.Id, webhook.Subject, webhook.SubjectId, webhook.Tenant, outcome.Error);
            }

            return outcome;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new WebhookOutcome { Id = webhook.Id, Attempt = webhook.Attempt, State = WebhookState.Pending };
        }
#pragma warning disable CA1031 // Whatever it was, it was about this delivery: the others that were claimed with it have outcomes to record.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogTrouble(e, webhook.Id);
            return Outcome(webhook, new WebhookAnswer(Status: null, $"The coordinator could not send it: {e.Message}"), now());
        }
    }

    private WebhookOutcome Outcome(ClaimedWebhook webhook, WebhookAnswer answer, DateTimeOffset now)
    {
        var outcome = new WebhookOutcome { Id = webhook.Id, Attempt = webhook.Attempt, State = WebhookState.Delivered, Status = answer.Status };
        if (answer.Error is null)
        {
            return outcome;
        }

        var failures = webhook.Failures + 1;
        var wait = _waits.DelayAfterFailure(failures, webhook.Id, webhook.Attempt);
        if (answer.RetryAfter > wait)
        {
            wait = answer.RetryAfter < _options.MaxRetryAfter ? answer.RetryAfter.Value : Longer(wait, _options.MaxRetryAfter);
        }

        outcome = outcome with { IsFailure = true, Error = answer.Error };
        if (answer.IsFinal)
        {
            return outcome with { State = WebhookState.Abandoned };
        }

        if (failures >= _options.MaxAttempts)
        {
            return outcome with { State = WebhookState.Abandoned, Error = $"Given up after {failures} failures; the last: {answer.Error}" };
        }

        return now + wait > webhook.QueuedAt + _options.MaxAge
            ? outcome with { State = WebhookState.Abandoned, Error = $"Given up after {_options.MaxAge}; the last failure: {answer.Error}" }
            : outcome with { State = WebhookState.Pending, NextAttemptAt = now + wait };
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static void Count(WebhookState state, TimeSpan took)
    {
        var result = state switch
        {
            WebhookState.Delivered => "delivered",
            WebhookState.Abandoned => "abandoned",
            _ => "failed",
        };
        CoordinatorMetrics.Webhooks.Add(1, new KeyValuePair<string, object?>("sdfleet.webhook.result", result));
        CoordinatorMetrics.WebhookDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("sdfleet.webhook.result", result));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Id} about {Subject} {SubjectId} of {Tenant} is given up: {Reason}")]
    private partial void LogAbandoned(Guid id, WebhookSubject subject, Guid subjectId, string tenant, string? reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook {Id} has to wait")]
    private partial void LogTrouble(Exception error, Guid id);
}
