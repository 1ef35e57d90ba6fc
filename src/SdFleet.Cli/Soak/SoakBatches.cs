using SdFleet.Cli.Batches;
using SdFleet.Cli.Batches.Upload;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.Soak;

/// <summary>A small batch every half minute, as <c>sdfleet batch submit</c> sends it.</summary>
/// <param name="client">The fleet's API.</param>
/// <param name="webhook">Who is told of their ends.</param>
/// <param name="file">A file of the run's own, for the lines.</param>
internal sealed class SoakBatches(FleetClient client, Webhook webhook, string file)
{
    private const int Lines = 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly List<Guid> _open = [];

    /// <summary>How many were submitted.</summary>
    public int Submitted { get; private set; }

    /// <summary>Submits them for so long.</summary>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, Lines).Select(i => Amount.Text($"line {i} of a soak")), cancellationToken);
        var source = BatchFile.Open(file);
        var upload = new BatchUpload(client);
        for (var at = TimeSpan.Zero; at < duration; at += Interval)
        {
            var batch = await upload.RunAsync(
                source, new BatchSubmission { Id = Guid.NewGuid(), Name = Amount.Text($"soak {Submitted + 1}"), Webhook = webhook }, (_, _) => { }, cancellationToken);
            _open.Add(batch.Id);
            Submitted++;
            await Task.Delay(Interval < duration - at ? Interval : duration - at, cancellationToken);
        }
    }

    /// <summary>Waits for their ends.</summary>
    /// <returns>What went wrong, a line each.</returns>
    public async Task<IReadOnlyList<string>> EndAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var troubles = new List<string>();
        for (var waited = TimeSpan.Zero; _open.Count > 0 && waited < patience; waited += Pause)
        {
            foreach (var id in _open.ToList())
            {
                if (await client.FindBatchAsync(id, cancellationToken) is { } batch && batch.State.IsTerminal())
                {
                    _open.Remove(id);
                    if (batch.State != BatchState.Completed)
                    {
                        troubles.Add($"batch {id} is {batch.State.ToString().ToLowerInvariant()}");
                    }
                }
            }

            await Task.Delay(_open.Count > 0 ? Pause : TimeSpan.Zero, cancellationToken);
        }

        return [.. troubles, .. _open.Select(id => $"batch {id} did not come to its end")];
    }
}
