using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Hosting.Bus;

namespace SdFleet.Worker.Reporting;

/// <summary>
/// Sends what is to be said of attempts. While one message is on its way to the broker, what else is to be said gathers, and goes
/// as one: nobody waits for others, and jobs that end together cost one message.
/// </summary>
internal sealed class ReportOutbox : IAsyncDisposable
{
    // A report of a picture is about a kilobyte: half a megabyte a message.
    private const int MaxWeight = 512;

    // Starts wait a little for their ends: a job that is over by then costs one message, and its row is written once.
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(20);

    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly FleetPublisher _publisher;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly Task _loop;

    public ReportOutbox(FleetPublisher publisher, IOptions<WorkerOptions> options, TimeProvider clock)
    {
        _publisher = publisher;
        _timeout = options.Value.PublishTimeout;
        _clock = clock;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Returns once the broker has the report. What is said of one job arrives in the order in which it was said.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    /// <exception cref="OperationCanceledException">It has not confirmed it in time; it may have it all the same.</exception>
    public Task SendAsync(JobStarted report) => SendAsync(report, report.JobId, weight: 1);

    /// <inheritdoc cref="SendAsync(JobStarted)"/>
    public Task SendAsync(JobCompleted report) => SendAsync(report, report.JobId, weight: 1 + report.Images.Count);

    /// <inheritdoc cref="SendAsync(JobStarted)"/>
    public Task SendAsync(JobFailed report) => SendAsync(report, report.JobId, weight: 1);

    /// <summary>Gives up what is still waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task SendAsync(object report, Guid jobId, int weight)
    {
        var entry = new Entry(report, jobId, weight);
        if (!_entries.Writer.TryWrite(entry))
        {
            throw new OperationCanceledException();
        }

        // Counted from now, whatever goes before it.
        using var deadline = new CancellationTokenSource(_timeout, _clock);
        await entry.Sent.Task.WaitAsync(deadline.Token).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var batch = new List<Entry>();
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            Gather(batch);
            if (batch.TrueForAll(e => e.IsStart))
            {
                await GatherEndsAsync(batch).ConfigureAwait(false);
            }

            // A report whose job is traced goes alone: the trace goes on with its message.
            var together = batch.FindAll(e => !e.IsTraced);
            await Task.WhenAll(
                batch.Where(e => e.IsTraced).GroupBy(e => e.JobId).Select(SendInOrderAsync).Append(together.Count > 0 ? SendAsync(together) : Task.CompletedTask)).ConfigureAwait(false);
        }
    }

    // Until as many have ended as began, and no longer than the pause: the worker gets no more work before these are acknowledged.
    private async Task GatherEndsAsync(List<Entry> batch)
    {
        using var pause = new CancellationTokenSource(StartPause, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, _stopping.Token);
        var (size, open) = (0, 0);
        while (true)
        {
            for (; size < batch.Count; size++)
            {
                open += batch[size].IsStart ? 1 : -1;
            }

            if (open <= 0)
            {
                return;
            }

            var more = _entries.Reader.WaitToReadAsync(either.Token).AsTask();
            await ((Task)more).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!more.IsCompletedSuccessfully || !await more.ConfigureAwait(false))
            {
                return;
            }

            Gather(batch);
            if (size == batch.Count)
            {
                // It is full.
                return;
            }
        }
    }

    private void Gather(List<Entry> batch)
    {
        var weight = batch.Sum(e => e.Weight);
        while (weight < MaxWeight && _entries.Reader.TryRead(out var entry))
        {
            batch.Add(entry);
            weight += entry.Weight;
        }
    }

    private async Task SendInOrderAsync(IEnumerable<Entry> entries)
    {
        foreach (var entry in entries)
        {
            await SendAsync([entry]).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(List<Entry> batch)
    {
        try
        {
            Activity.Current = batch[0].Activity;
            using var deadline = new CancellationTokenSource(_timeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
            await PublishAsync(batch, either.Token).ConfigureAwait(false);
            batch.ForEach(e => e.Sent.TrySetResult());
        }
        catch (OperationCanceledException)
        {
            batch.ForEach(e => e.Sent.TrySetCanceled());
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to those who asked, each of whom decides; the loop must go on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            batch.ForEach(e => e.Sent.TrySetException(error));
        }
    }

    private Task PublishAsync(List<Entry> batch, CancellationToken cancellationToken) => batch switch
    {
        [{ Report: JobStarted started }] => _publisher.ReportAsync(started, cancellationToken),
        [{ Report: JobCompleted completed }] => _publisher.ReportAsync(completed, cancellationToken),
        [{ Report: JobFailed failed }] => _publisher.ReportAsync(failed, cancellationToken),
        _ => _publisher.ReportAsync(
            new JobReports
            {
                Started = [.. batch.Select(e => e.Report).OfType<JobStarted>()],
                Completed = [.. batch.Select(e => e.Report).OfType<JobCompleted>()],
                Failed = [.. batch.Select(e => e.Report).OfType<JobFailed>()],
            },
            cancellationToken),
    };

    private sealed class Entry(object report, Guid jobId, int weight)
    {
        public object Report => report;

        public Guid JobId => jobId;

        public int Weight => weight;

        public bool IsStart => report is JobStarted;

        /// <summary>What the report was made in.</summary>
        public Activity? Activity { get; } = Activity.Current;

        public bool IsTraced => Activity is { Recorded: true };

        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
