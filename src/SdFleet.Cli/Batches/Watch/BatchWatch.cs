using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Batches.Watch;

/// <summary>Follows a batch to its end: on a terminal a line that is redrawn in place, elsewhere a plain line whenever something has changed.</summary>
internal sealed class BatchWatch(FleetClient client, CliConsole console)
{
    private const string ClearLine = "\r\e[K";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan PlainPause = TimeSpan.FromSeconds(5);

    // The server has confirmed it to be safe; the coordinator may be restarting.
    private static readonly TimeSpan AdmissionPatience = TimeSpan.FromMinutes(1);

    /// <summary>Returns the batch at its end.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="isNew">True where it was just submitted and may not be known yet.</param>
    /// <param name="cancellationToken">Stops following; the fleet goes on with the batch.</param>
    public async Task<BatchView> UntilOverAsync(Guid id, bool isNew, CancellationToken cancellationToken)
    {
        var started = console.Time.GetTimestamp();
        var (shown, shownAt) = ("", default(long?));
        try
        {
            while (true)
            {
                var batch = await client.FindBatchAsync(id, cancellationToken);
                if (batch is null && (!isNew || console.Time.GetElapsedTime(started) > AdmissionPatience))
                {
                    throw new CliException($"there is no batch {id} at {client.Server}. One that was accepted a minute ago waits for a coordinator.");
                }

                if (batch is not null)
                {
                    var line = BatchText.Line(batch, console.Time.GetUtcNow());
                    if (console.IsTerminal)
                    {
                        var width = console.Width() - 1;
                        console.Error.Write(ClearLine + (line.Length <= width ? line : line[..width]));
                    }
                    else if (line != shown && (shownAt is null || batch.State.IsTerminal() || console.Time.GetElapsedTime(shownAt.Value) >= PlainPause))
                    {
                        console.Note(line);
                        (shown, shownAt) = (line, console.Time.GetTimestamp());
                    }

                    if (batch.State.IsTerminal())
                    {
                        return batch;
                    }
                }

                await Task.Delay(Pause, console.Time, cancellationToken);
            }
        }
        finally
        {
            if (console.IsTerminal)
            {
                console.Error.Write(ClearLine);
            }
        }
    }
}
