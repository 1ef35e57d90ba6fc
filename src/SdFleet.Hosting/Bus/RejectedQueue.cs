using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;

namespace SdFleet.Hosting.Bus;

/// <summary>The queue of rejected submissions, for an operator who looks into it and sends them again.</summary>
public sealed class RejectedQueue : IAsyncDisposable
{
    private const ushort NotFound = 404;

    private readonly OperatorChannel _operator;

    private RejectedQueue(OperatorChannel channel) => _operator = channel;

    private IChannel Channel => _operator.Channel;

    /// <summary>Connects to the broker.</summary>
    /// <exception cref="BrokerUnavailableException">It cannot be reached.</exception>
    public static async Task<RejectedQueue> OpenAsync(Uri broker, CancellationToken cancellationToken) =>
        new(await OperatorChannel.OpenAsync(broker, "sdfleet rejected", cancellationToken).ConfigureAwait(false));

    /// <summary>How many lie there.</summary>
    /// <exception cref="BrokerUnavailableException">There is no such queue.</exception>
    public async Task<uint> CountAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await Channel.QueueDeclarePassiveAsync(Topology.RejectedQueue, cancellationToken).ConfigureAwait(false)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            throw NoQueue(e);
        }
    }

    /// <summary>The oldest ones, at most <paramref name="max"/>; they stay where they are.</summary>
    /// <exception cref="BrokerUnavailableException">There is no such queue.</exception>
    public async Task<IReadOnlyList<SubmissionRejected>> ListAsync(int max, CancellationToken cancellationToken)
    {
        var taken = await TakeAsync(max, cancellationToken).ConfigureAwait(false);
        await PutBackAsync(taken.Select(t => t.Tag), cancellationToken).ConfigureAwait(false);
        return [.. taken.Select(t => t.Rejection)];
    }

    /// <summary>
    /// Submits those again that <paramref name="wanted"/> picks among the oldest <paramref name="max"/>. Each leaves the queue
    /// once the broker has confirmed its submission; interrupted in between, it is submitted twice under one id, which is once.
    /// They are submitted in the name of the broker's user of this connection: a fleet that knows its publishers must let that
    /// user submit for the jobs' tenants. Batches stay where they are: what is here of one is a record, not the submission.
    /// </summary>
    /// <returns>What was submitted, and the batches that were picked and left.</returns>
    /// <exception cref="BrokerUnavailableException">There is no such queue, or the broker did not take a submission.</exception>
    public async Task<(IReadOnlyList<SubmissionRejected> Submitted, IReadOnlyList<SubmissionRejected> Batches)> ReplayAsync(Func<SubmissionRejected, bool> wanted, int max, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var taken = await TakeAsync(max, cancellationToken).ConfigureAwait(false);
        var picked = taken.Where(t => wanted(t.Rejection)).ToList();
        var again = picked.Where(t => t.Rejection.BatchId is null).ToList();
        foreach (var (tag, rejection) in again)
        {
            await _operator.SubmitAsync(Encoding.UTF8.GetBytes(rejection.Body), traceParent: null, cancellationToken).ConfigureAwait(false);
            await Channel.BasicAckAsync(tag, multiple: false, cancellationToken).ConfigureAwait(false);
        }

        await PutBackAsync(taken.Except(again).Select(t => t.Tag), cancellationToken).ConfigureAwait(false);
        return ([.. again.Select(t => t.Rejection)], [.. picked.Except(again).Select(t => t.Rejection)]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    private async Task<List<(ulong Tag, SubmissionRejected Rejection)>> TakeAsync(int max, CancellationToken cancellationToken)
    {
        var taken = new List<(ulong, SubmissionRejected)>();
        try
        {
            while (taken.Count < max && await Channel.BasicGetAsync(Topology.RejectedQueue, autoAck: false, cancellationToken).ConfigureAwait(false) is { } message)
            {
                taken.Add((message.DeliveryTag, Read(message.Body)));
            }
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            throw NoQueue(e);
        }

        return taken;
    }

    private static BrokerUnavailableException NoQueue(OperationInterruptedException error) => new(
        $"There is no queue {Topology.RejectedQueue}: the coordinator makes it when it starts. Has it been started once, and does the address name the fleet's virtual host?", error);

    private async Task PutBackAsync(IEnumerable<ulong> tags, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            await Channel.BasicNackAsync(tag, multiple: false, requeue: true, cancellationToken).ConfigureAwait(false);
        }
    }

    // Whatever somebody else has put there is shown too.
    private static SubmissionRejected Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize<SubmissionRejected>(body.Span, ContractsJson.Options) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            return new SubmissionRejected { Errors = [new("body", null, "no record of a rejection")], Body = Encoding.UTF8.GetString(body.Span), At = DateTimeOffset.UnixEpoch };
        }
    }
}
