using System.Globalization;
using System.Text;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Batches.Watch;

/// <summary>Shows a <see cref="BatchView"/> as text.</summary>
internal static class BatchText
{
    /// <summary>One line: what is done, how fast, and until when.</summary>
    public static string Line(BatchView batch, DateTimeOffset now)
    {
        var line = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{batch.Name}: {State(batch)}, {Ended(batch)}/{batch.Lines} lines, {batch.ImagesDone} images");
        if (batch.ImagesPerSecond > 0)
        {
            line.Append(batch.ImagesPerSecond >= 1
                ? string.Create(CultureInfo.InvariantCulture, $", {batch.ImagesPerSecond:0.0}/s")
                : string.Create(CultureInfo.InvariantCulture, $", {1 / batch.ImagesPerSecond:0.0} s each"));
        }

        foreach (var (count, what) in new[] { (batch.BadLines, "bad lines"), (batch.Jobs.Failed, "failed"), (batch.Failures + batch.Evictions - batch.Jobs.Failed, "retries") })
        {
            if (count > 0)
            {
                line.Append(CultureInfo.InvariantCulture, $", {count} {what}");
            }
        }

        if (batch.Workers is { } workers)
        {
            line.Append(CultureInfo.InvariantCulture, $", {Amount.Plural(workers, "worker")}");
        }

        if (batch.EstimatedEnd is { } end && end > now)
        {
            var left = TimeSpan.FromSeconds(Math.Ceiling((end - now).TotalSeconds));
            line.Append(CultureInfo.InvariantCulture, $", {(long)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00} left");
        }

        return line.ToString();
    }

    /// <summary>Several lines: everything.</summary>
    public static IEnumerable<string> Lines(BatchView batch, DateTimeOffset now)
    {
        yield return $"{batch.Id}  {Line(batch, now)}";
        yield return Text($"lines     {batch.LinesRead} of {batch.Lines} read, {batch.BadLines} bad");
        yield return Text($"jobs      {batch.Jobs.Queued} queued, {batch.Jobs.Released + batch.Jobs.Running} in flight, {batch.Jobs.Completed} completed, {batch.Jobs.Failed} failed, {batch.Jobs.Cancelled} cancelled");
        yield return Text($"images    {batch.ImagesDone} of {batch.Images}");
        yield return Text($"attempts  {batch.Failures} failed, {batch.Evictions} lost with their workers");
        if (batch.Error is { } error)
        {
            yield return $"given up  {error}";
        }

        foreach (var failure in batch.FailedBecause ?? [])
        {
            yield return Text($"failed    {failure.Jobs} × {failure.Reason}");
        }
    }

    /// <summary>Whether every line became the pictures it asks for.</summary>
    public static bool IsWhole(BatchView batch) =>
        batch is { State: BatchState.Completed, BadLines: 0 } && batch.Jobs.Completed == batch.Lines;

    private static string State(BatchView batch) => batch.Paused && !batch.State.IsTerminal() ? "paused" : batch.State.ToString().ToLowerInvariant();

    private static long Ended(BatchView batch) => batch.Jobs.Completed + batch.Jobs.Failed + batch.Jobs.Cancelled + batch.BadLines;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
