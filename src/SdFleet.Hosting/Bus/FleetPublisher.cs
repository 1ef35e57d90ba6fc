using MassTransit;
using Microsoft.Extensions.Options;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Sends the fleet's messages. Each method returns once the broker has confirmed the message and (but for progress and
/// heartbeats, which may be lost) found a queue for it.
/// Give a token that ends: a broker that has stopped confirming would otherwise be waited for without end.
/// </summary>
public sealed class FleetPublisher(IBus bus, IOptions<TransportOptions> transport)
{
    // The broker checks that it is the connection's own user, so that a consumer may trust it.
    private readonly string? _user = UserOf(transport.Value);

    /// <summary>Hands a submission to the coordinator.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task SubmitAsync(SubmitJob job, CancellationToken cancellationToken) =>
        PublishAsync(job, job.Id, routingKey: null, mandatory: true, cancellationToken);

    /// <summary>Hands a batch, whose parts are stored, to the coordinator.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task SubmitAsync(SubmitBatch batch, CancellationToken cancellationToken) =>
        PublishAsync(batch, batch.Id, routingKey: null, mandatory: true, cancellationToken);

    /// <summary>
    /// Releases one attempt to the work queue of its model and lane. It goes out once: where the connection is lost before the broker
    /// has confirmed it, nobody knows whether it is there, and a second copy would be made a second time.
    /// </summary>
    /// <param name="work">The attempt.</param>
    /// <param name="timeToLive">The queue drops it after this long: by then its job has been released again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task ReleaseAsync(GenerateImages work, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        PublishAsync(work with { Recipe = RecipeSeal.Close(work.Recipe) }, work.JobId, Topology.WorkKey(work.Recipe.Model, work.Lane), mandatory: true, cancellationToken, timeToLive, once: true);

    /// <summary>Reports what happened to an attempt.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task ReportAsync(JobStarted e, CancellationToken cancellationToken) =>
        PublishAsync(e, e.JobId, routingKey: null, mandatory: true, cancellationToken);

    /// <inheritdoc cref="ReportAsync(JobStarted, CancellationToken)"/>
    public Task ReportAsync(JobProgress e, CancellationToken cancellationToken) =>
        PublishAsync(e, e.JobId, routingKey: null, mandatory: false, cancellationToken);

    /// <inheritdoc cref="ReportAsync(JobStarted, CancellationToken)"/>
    public Task ReportAsync(JobCompleted e, CancellationToken cancellationToken) =>
        PublishAsync(e, e.JobId, routingKey: null, mandatory: true, cancellationToken);

    /// <inheritdoc cref="ReportAsync(JobStarted, CancellationToken)"/>
    public Task ReportAsync(JobFailed e, CancellationToken cancellationToken) =>
        PublishAsync(e, e.JobId, routingKey: null, mandatory: true, cancellationToken);

    /// <summary>Reports what happened to several attempts, in one message.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task ReportAsync(JobReports e, CancellationToken cancellationToken) =>
        PublishAsync(e, correlation: null, routingKey: null, mandatory: true, cancellationToken);

    /// <summary>Says that a worker is alive.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task ReportAsync(WorkerHeartbeat e, CancellationToken cancellationToken) =>
        PublishAsync(e, correlation: null, routingKey: null, mandatory: false, cancellationToken);

    /// <summary>Puts a submission aside that breaks the contract.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task RejectAsync(SubmissionRejected e, CancellationToken cancellationToken) =>
        PublishAsync(e, e.JobId, routingKey: null, mandatory: true, cancellationToken);

    /// <summary>Tells every worker to stop these attempts; that nobody listens is no error.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public Task StopAsync(AttemptsUnwanted e, CancellationToken cancellationToken) =>
        PublishAsync(e, correlation: null, routingKey: null, mandatory: false, cancellationToken);

    private static string? UserOf(TransportOptions transport) =>
        transport is { Kind: TransportKind.RabbitMq, Uri.UserInfo: { Length: > 0 } userInfo } ? Uri.UnescapeDataString(userInfo.Split(':')[0]) : null;

    private async Task PublishAsync<T>(
        T message, Guid? correlation, string? routingKey, bool mandatory, CancellationToken cancellationToken, TimeSpan? timeToLive = null, bool once = false)
        where T : class
    {
        var tries = 0;
        try
        {
            await bus.Publish(
                message,
                context =>
                {
                    // MassTransit begins here anew each time that it publishes: by itself it does so again after a connection was lost.
                    if (++tries > 1 && once)
                    {
                        throw new BrokerUnavailableException($"The broker did not confirm {typeof(T).Name} before the connection was lost; it may have it.");
                    }

                    context.Mandatory = mandatory;
                    context.CorrelationId = correlation;
                    context.TimeToLive = timeToLive;
                    if (_user is not null && context.TryGetPayload(out RabbitMqSendContext? rabbit))
                    {
                        rabbit.BasicProperties.UserId = _user;
                    }

                    if (routingKey is not null)
                    {
                        context.SetRoutingKey(routingKey);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (MessageReturnedException e)
        {
            throw new BrokerUnavailableException(
                $"No queue takes {typeof(T).Name} ({e.Message}). Is the service that declares it running (the coordinator for submissions, work and events)?", e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BrokerUnavailableException or ArgumentException))
        {
            // Whatever MassTransit and the client say where a connection breaks under them; also that something of theirs is disposed.
            throw new BrokerUnavailableException($"The broker did not take {typeof(T).Name}: {e.Message}", e);
        }
    }
}
