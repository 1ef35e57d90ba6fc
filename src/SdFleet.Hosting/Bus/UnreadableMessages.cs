using System.Net.Mime;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Puts what no consumer of a queue can read with the dead letters, as it came. Given back to the broker it would come again at once and
/// for ever: from version 4.3 on RabbitMQ counts what is given back no more, so its delivery limit is no end to it.
/// </summary>
/// <param name="queue">The queue it came by.</param>
internal sealed class UnreadableMessages<TContext>(string queue) : IFilter<TContext>
    where TContext : class, ReceiveContext
{
    /// <inheritdoc/>
    public Task Send(TContext context, IPipe<TContext> next) => context switch
    {
        // After this nobody has had it: it comes here once more, as a message that nobody wanted.
        ExceptionReceiveContext failed when IsUnreadable(failed) => Task.CompletedTask,
        ExceptionReceiveContext => next.Send(context),
        _ => PutAsideAsync(context),
    };

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");

    // A consumer that was given its message may fail in the same words, at something else that it read.
    private static bool IsUnreadable(ExceptionReceiveContext failed) => !failed.IsFaulted && failed.Exception is SerializationException or JsonException;

    private async Task PutAsideAsync(TContext context)
    {
        var endpoint = await context.SendEndpointProvider.GetSendEndpoint(new Uri($"exchange:{Topology.DeadQueue}")).ConfigureAwait(false);
        await endpoint.Send(
            new SubmitJob(),
            dead =>
            {
                dead.Serializer = new AsItCame(context.GetBody());

                // As the broker says it of what it gives up itself.
                dead.Headers.Set("x-first-death-queue", queue);
                dead.Headers.Set("x-first-death-reason", "unreadable");
                if (dead.TryGetPayload(out RabbitMqSendContext? rabbit))
                {
                    rabbit.Mandatory = true;
                }
            },
            context.CancellationToken).ConfigureAwait(false);
    }

    private sealed class AsItCame(byte[] body) : IMessageSerializer
    {
        public ContentType ContentType { get; } = new("application/json");

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class =>
            new BytesMessageBody(body);
    }
}
