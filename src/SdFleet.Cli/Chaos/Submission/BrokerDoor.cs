using SdFleet.Cli.Chaos.Plan;
using SdFleet.Hosting.Bus;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>The broker, as an integrator uses it: what is not confirmed is published again.</summary>
internal sealed class BrokerDoor(Uri broker) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private OperatorChannel? _channel;

    /// <summary>Submissions that were not confirmed and were published again.</summary>
    public long PublishedAgain { get; private set; }

    /// <summary>Publishes a submission, and returns once the broker has confirmed it. One at a time.</summary>
    public async Task SubmitAsync(PlannedJob job, bool otherPrompt, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(Patience);
            try
            {
                _channel ??= await OperatorChannel.OpenAsync(broker, "sdfleet chaos", timeout.Token).WaitAsync(timeout.Token);
                await _channel.SubmitAsync(job.Body(Door.Broker, otherPrompt), traceParent: null, timeout.Token).WaitAsync(timeout.Token);
                return;
            }
#pragma warning disable CA1031 // A connection that is cut shows in many ways, and all of them mean the same: not confirmed.
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                PublishedAgain++;
                await CloseAsync();
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    // A broker that is away does not say goodbye.
    private async Task CloseAsync()
    {
        var channel = _channel;
        _channel = null;
        if (channel is not null)
        {
            await Quietly.RunAsync(async () => await channel.DisposeAsync(), Pause * 3);
        }
    }
}
