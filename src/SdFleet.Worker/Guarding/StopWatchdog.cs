using Microsoft.Extensions.Options;

namespace SdFleet.Worker.Guarding;

/// <summary>
/// Ends the process when stopping takes much longer than it may: a bus that is stuck between two connections can go on delivering work
/// that nobody takes any more, and nobody kills a process that stops by itself. On a thread of its own, as whatever hangs may have the
/// pool's.
/// </summary>
internal sealed class StopWatchdog(IHostApplicationLifetime lifetime, WorkerEnd end, IOptions<WorkerOptions> options) : IHostedService, IDisposable
{
    // Beyond what the drain takes at most: to finish, to give back, and to close connections.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _stopped = new();
    private CancellationTokenRegistration _stopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.Register(() => new Thread(Watch) { IsBackground = true, Name = "stop watchdog" }.Start());
        return Task.CompletedTask;
    }

    // The others stop after this one: the end is when all of it is disposed.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        _stopped.TrySetResult();
    }

    private void Watch()
    {
        var limit = options.Value.FinishTimeout + Grace;
        if (!_stopped.Task.Wait(limit))
        {
            end.AtOnce(WorkerEnd.Stuck, $"it was told to stop {limit} ago, and has not come to its end (SdFleet:Worker:FinishTimeout).");
        }
    }
}
