using SdFleet.Hosting.Bus;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>Enters the workers' own reports into the ledger, from a queue of the run's own; listens anew where the connection is cut.</summary>
internal sealed class EventTap(Uri broker, Ledger ledger)
{
    /// <summary>The queue.</summary>
    public const string Queue = "sdfleet.chaos";

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends once the queue is there: from then on no report is missed.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Listens until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                timeout.CancelAfter(ConnectPatience);
                var listener = await ReportListener.OpenAsync(broker, Queue, ledger.Hear, timeout.Token).WaitAsync(timeout.Token);
                _listening.TrySetResult();
                try
                {
                    await listener.Closed.WaitAsync(cancellationToken);
                }
                finally
                {
                    await Quietly.RunAsync(async () => await listener.DisposeAsync(), Pause * 3);
                }
            }
#pragma warning disable CA1031 // However the connection ended, there is only to try again.
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                await Quietly.RunAsync(() => Task.Delay(Pause, cancellationToken), Pause * 3);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
