using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Declares the queues that no endpoint of the coordinator declares by consuming: every model's work queues, so that work can
/// be released to a model whose workers are scaled to zero, and the queue of rejected submissions. Does to RabbitMQ exactly
/// what MassTransit's endpoints do (a durable quorum queue behind a fanout exchange of its name), as arguments that differ
/// would be refused. Done again every few seconds, as somebody may delete a queue, or put another broker in the place of this one. The in-memory
/// transport needs none of it: there the worker is in the same process.
/// </summary>
internal sealed partial class WorkTopologyService(IOptions<TransportOptions> options, ModelCatalog models, TimeProvider clock, ILogger<WorkTopologyService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PolicyPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Kind != TransportKind.RabbitMq)
        {
            return;
        }

        if (options.Value.Management is null)
        {
            LogNoPolicies();
        }

        var policies = Task.CompletedTask;
        await UntilDoneAsync(KeepAsync, Pause, LogWaiting, stoppingToken).ConfigureAwait(false);

        // Until the connection is lost, which shows as an error.
        async Task KeepAsync(CancellationToken token)
        {
            var factory = new ConnectionFactory { Uri = options.Value.Uri!, ClientProvidedName = "sdfleet topology", AutomaticRecoveryEnabled = false };
            await using var connection = await factory.CreateConnectionAsync(token).ConfigureAwait(false);
            await DeclareAsync(connection, token).ConfigureAwait(false);

            // On their own: a user who may not set them has declared the queues all the same. Once a connection: what an operator changes stays.
            if (options.Value.Management is { } management && policies.IsCompleted)
            {
                policies = UntilDoneAsync(
                    t => BrokerPolicies.ApplyAsync(management, options.Value.Uri!, t), PolicyPause, LogPoliciesRefused, stoppingToken);
            }

            while (true)
            {
                await Task.Delay(Interval, clock, token).ConfigureAwait(false);
                await DeclareAsync(connection, token).ConfigureAwait(false);
            }
        }
    }

    private async Task UntilDoneAsync(Func<CancellationToken, Task> act, TimeSpan pause, Action<string> log, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await act(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log(e.Message);
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(Topology.WorkExchange, ExchangeType.Direct, durable: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        await DeclareQueueAsync(channel, Topology.RejectedQueue, cancellationToken).ConfigureAwait(false);
        foreach (var model in models.Specs.Keys)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                var queue = Topology.WorkQueue(model, lane);
                await DeclareQueueAsync(channel, queue, cancellationToken).ConfigureAwait(false);
                await channel.ExchangeBindAsync(queue, Topology.WorkExchange, Topology.WorkKey(model, lane), cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task DeclareQueueAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No broker policies are set from here, as SdFleet:Transport:Management is not configured; \"sdfleet policies\" prints them")]
    private partial void LogNoPolicies();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the broker to declare the work queues: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker's policies are not set: {Reason} Trying again every ten seconds. RabbitMQ lets users with the tag policymaker set them; \"sdfleet policies\" prints them for somebody who may.")]
    private partial void LogPoliciesRefused(string reason);
}
