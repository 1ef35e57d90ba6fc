using System.CommandLine;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;
using SdFleet.Cli.Verify;
using SdFleet.Coordinator.Datasets.Statistics;
using SdFleet.Coordinator.Datasets;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet image verify</c>.</summary>
internal static class ImageCommand
{
    private const int DefaultSample = 8;

    // What the order of floating-point sums may do to an 8-bit value, on another device or in another batch.
    private const int DefaultTolerance = 4;

    public static Command Create(CliConsole console) => new("image", "Single pictures of a dataset.") { Verify(console) };

    private static Command Verify(CliConsole console)
    {
        var source = new DatasetOptions();
        var sample = Values.Whole<int>("--sample", $"How many pictures, spread over all of them. Default {DefaultSample}.");
        var tolerance = Values.Whole<int>("--tolerance", $"By how much a channel may differ, of 255. Default {DefaultTolerance}.");
        var model = Values.Text("--model", "Without a fleet: the model's folder. Default: the bundled model.", "FOLDER");
        var local = new Option<bool>("--local") { Description = "Make them in this process, though the dataset comes from a fleet." };
        var command = new Command(
            "verify",
            "Makes a sample of the pictures again from their records and compares: by the fleet that --server names, by any of its\n" +
            "workers with the same weights; else in this process. Exit code 0 where all are the same within the tolerance.")
        {
            sample, tolerance, model, local,
        };
        source.AddTo(command);
        AtLeast(command, sample, 1);
        AtLeast(command, tolerance, 0);
        command.SetAction(async (parsed, token) =>
        {
            await using var dataset = await source.OpenAsync(parsed, console, token);
            using IPictureMaker maker = !parsed.GetValue(local) && source.Fleet(parsed, console) is { } fleet
                ? new FleetMaker(fleet, console.Time)
                : await LocalMaker.LoadAsync(parsed.GetValue(model), dataset.Artifacts, token);
            return await RunAsync(dataset, maker, parsed.GetValue(sample) ?? DefaultSample, parsed.GetValue(tolerance) ?? DefaultTolerance, console, token);
        });
        return command;
    }

    private static void AtLeast(Command command, Option<int?> option, int least) => command.Validators.Add(result =>
    {
        if (result.GetResult(option) is { } given && !given.Errors.Any() && result.GetValue(option) < least)
        {
            result.AddError($"{option.Name} is {result.GetValue(option)}: {least} or more.");
        }
    });

    private static async Task<int> RunAsync(
        DatasetSource dataset, IPictureMaker maker, int count, int tolerance, CliConsole console, CancellationToken cancellationToken)
    {
        var sample = new SpreadSample<DatasetImage>(16 * count);
        await foreach (var image in dataset.Images(cancellationToken))
        {
            sample.Add(image);
        }

        var (same, near, other) = (0, 0, 0);
        foreach (var image in sample.Take(count))
        {
            var verdict = await CompareAsync(dataset, maker, image, cancellationToken);
            var isFine = verdict is { Difference: { } difference } && difference.Largest <= tolerance;
            (same, near, other) = verdict.Difference is { Largest: 0 } ? (same + 1, near, other) : isFine ? (same, near + 1, other) : (same, near, other + 1);
            await console.Out.WriteLineAsync(FormattableString.Invariant($"line {image.Line}, index {image.Record.Image.Index}: {verdict.Text}"));
        }

        await console.Out.WriteLineAsync(FormattableString.Invariant(
            $"{same + near + other} made again: {same} the same, {near} within {tolerance} of 255, {other} not"));
        return other == 0 && same + near > 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static async Task<(PictureDifference? Difference, string Text)> CompareAsync(
        DatasetSource dataset, IPictureMaker maker, DatasetImage image, CancellationToken cancellationToken)
    {
        try
        {
            var reading = await ArtifactReader.ReadAsync(dataset.Artifacts, image, cancellationToken);
            if (reading.Content is not { } stored)
            {
                return (null, $"not compared: {reading.Detail}");
            }

            var (was, made) = (PngReader.Read(stored), PngReader.Read(await maker.MakeAsync(image.Record, cancellationToken)));
            return PictureDifference.Of(was, made) is not { } difference
                ? (null, FormattableString.Invariant($"{was.Width}x{was.Height} before, {made.Width}x{made.Height} now"))
                : difference.Largest == 0 ? (difference, "the same")
                : (difference, FormattableString.Invariant($"differs by at most {difference.Largest} of 255, in {difference.Share:0.00%} of the values"));
        }
        catch (Exception e) when (e is CliException or InvalidDataException)
        {
            return (null, $"not compared: {e.Message}");
        }
    }
}
