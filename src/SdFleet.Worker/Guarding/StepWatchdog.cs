using Microsoft.Extensions.Options;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Guarding;

/// <summary>
/// Ends the process when a step takes longer than it may: a hung device cannot be told to stop, and a worker that looks alive
/// and makes nothing is worse than none. On a thread of its own, as whatever hangs may have the pool's.
/// </summary>
internal sealed class StepWatchdog(InferenceThread inference, WorkerEnd end, IOptions<WorkerOptions> options) : IHostedService, IDisposable
{
    private const int LooksPerTimeout = 10;

    private readonly CancellationTokenSource _stopped = new();
    private Thread? _thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Watch) { IsBackground = true, Name = "step watchdog" };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopped.CancelAsync();

    public void Dispose()
    {
        _stopped.Cancel();
        _thread?.Join();
        _stopped.Dispose();
    }

    private void Watch()
    {
        while (!_stopped.Token.WaitHandle.WaitOne(options.Value.StepTimeout / LooksPerTimeout))
        {
            if (inference.IsHung(out var silence, out var limit))
            {
                end.AtOnce(WorkerEnd.Hung, $"the model has not moved for {silence}, and it may take {limit} (SdFleet:Worker:StepTimeout).");
                return;
            }
        }
    }
}
