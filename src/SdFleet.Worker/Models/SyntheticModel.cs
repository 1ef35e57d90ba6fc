using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Devices;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Models;

/// <summary>
/// Makes pictures of one colour, which follows from the recipe, in as many steps as a model would: everything of a worker but
/// the computing. For tests, fault suites and benchmarks of the fleet.
/// </summary>
internal sealed class SyntheticModel(SyntheticOptions options) : ImageModel
{
    public override string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData("synthetic"u8));

    public override string RuntimeVersion => "synthetic";

    public override string Provider => "Synthetic";

    public override string Device => "none";

    public override GpuMemory? ReadGpuMemory() => options.GpuMemory > 0 ? new GpuMemory("synthetic", Used: 0, options.GpuMemory) : null;

    public override ModelShape Shape(string name, int maxSide) => new(name, ModelKind.General, SizeMultiple: 8, RoundMultiple: 8, maxSide);

    public override IReadOnlyList<GeneratedImage> Generate(
        IReadOnlyList<GenerationTask> tasks, PassSettings settings, IProgress<GenerationProgress> progress, CancellationToken cancellationToken)
    {
        WriteJournal(tasks);
        var started = Stopwatch.GetTimestamp();
        var steps = tasks[0].Steps;
        for (var step = 1; step <= steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Misbehave(tasks);
            if (options.StepTime > TimeSpan.Zero)
            {
                Thread.Sleep(options.StepTime);
            }

            progress.Report(new GenerationProgress(step, steps, tasks.Count, Stopwatch.GetElapsedTime(started)));
        }

        var timings = new GenerationTimings(TimeSpan.Zero, Stopwatch.GetElapsedTime(started), TimeSpan.Zero);
        return [.. tasks.Select(task => new GeneratedImage(task, Draw(task), DefectsOf(task), DroppedTokens: 0, timings) { BatchSize = tasks.Count })];
    }

    public override void Dispose()
    {
    }

    private ImageDefects DefectsOf(GenerationTask task) =>
        options.Faults && task.Seed % 2 == 0 && task.Prompt.Contains(SyntheticFault.Blank, StringComparison.Ordinal) ? ImageDefects.Blank : ImageDefects.None;

    private static RgbImage Draw(GenerationTask task)
    {
        var color = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{task.Seed}\n{task.Prompt}")));
        var image = new RgbImage(task.Width, task.Height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = color[i % RgbImage.Channels];
        }

        return image;
    }

    // Opened, written and closed: whatever kills the process afterwards, the lines are with the system.
    private void WriteJournal(IReadOnlyList<GenerationTask> tasks)
    {
        if (options.Journal is { } journal)
        {
            File.AppendAllLines(journal, tasks.Select(t => JsonSerializer.Serialize(new SyntheticRun(t.Prompt, t.Seed), ContractsJson.Options)));
        }
    }

    private void Misbehave(IReadOnlyList<GenerationTask> tasks)
    {
        if (!options.Faults)
        {
            return;
        }

        if (tasks.Any(t => t.Prompt.Contains(SyntheticFault.Kill, StringComparison.Ordinal)))
        {
            Process.GetCurrentProcess().Kill();
        }

        if (tasks.Any(t => t.Prompt.Contains(SyntheticFault.Hang, StringComparison.Ordinal)))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        if (tasks.Any(t => t.Prompt.Contains(SyntheticFault.Device, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("The device does not answer (asked for by the prompt).");
        }
    }
}
