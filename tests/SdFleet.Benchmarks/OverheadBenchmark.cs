using System.Diagnostics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>
/// How much time the pipeline takes beside ONNX Runtime: the wall time of generations divided by the time that their model runs took
/// inside it; and how much memory a model takes beside its weights, loaded and at work.
/// </summary>
internal static class OverheadBenchmark
{
    private const double Megabyte = 1 << 20;

    /// <summary>Measures one model.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="task">Changes the model's usual task.</param>
    /// <param name="batches">Generations that are measured, after one that is not where there are several.</param>
    /// <param name="images">Images in each.</param>
    /// <param name="ratioLimit">The highest ratio that passes.</param>
    /// <param name="memoryLimit">The highest memory, in sizes of the loaded weights, that passes; null for any.</param>
    /// <returns>Whether both were kept.</returns>
    public static bool Run(
        string folder, Func<GenerationTask, GenerationTask> task, int batches, int images, double ratioLimit, double? memoryLimit = null)
    {
        var before = ProcessMemory.Peak();
        using var loads = new ModelDurations(DiffusionTelemetry.LoadDuration, "sdfleet.component", "sdfleet.phase");
        var clock = Stopwatch.StartNew();
        using var pipeline = StableDiffusionPipeline.Load(folder);
        Print($"load: {clock.Elapsed.TotalSeconds:F2} s on {pipeline.Info.Device}, ONNX Runtime {pipeline.Info.RuntimeVersion}");
        LoadBenchmark.PrintPhases(loads);
        PrintMemory("loading");

        using var runs = new ModelDurations(DiffusionTelemetry.RunDuration, "sdfleet.component");
        var tasks = Enumerable.Range(0, images).Select(i => task(pipeline.CreateTask("a red circle on a blue ground", seed: i))).ToArray();
        if (batches > 1)
        {
            pipeline.Generate(tasks);
        }

        runs.Reset();
        clock.Restart();
        for (var i = 0; i < batches; i++)
        {
            pipeline.Generate(tasks);
        }

        var wall = clock.Elapsed.TotalSeconds;
        var ratio = wall / runs.Total;
        var first = tasks[0];
        Print($"{batches} x {images} images of {first.Width}x{first.Height}, {first.Steps} steps, guidance {first.GuidanceScale}:");
        foreach (var (component, (seconds, count)) in runs.By.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Print($"  {component,-12} {count,4} runs, {seconds / count * 1000,10:F2} ms each");
        }

        Print($"  wall {wall:F3} s, inside ONNX Runtime {runs.Total:F3} s");
        Print($"  wall / ONNX Runtime: {ratio:F4}, at most {ratioLimit:F2}: {(ratio <= ratioLimit ? "kept" : "NOT KEPT")}");
        return PrintMemory("generating") && ratio <= ratioLimit;

        bool PrintMemory(string what) => CheckMemory(what, pipeline.Info, ProcessMemory.Peak() - before, memoryLimit);
    }

    private static bool CheckMemory(string what, PipelineInfo info, long taken, double? limit)
    {
        var weights = info.Components.Values
            .SelectMany(file => Directory.EnumerateFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
            .Sum(file => new FileInfo(file).Length);
        var ratio = (double)taken / weights;
        var verdict = limit is null ? "" : $", at most {limit:F2}: {(ratio <= limit ? "kept" : "NOT KEPT")}";
        Print($"  weights {weights / Megabyte:F0} MB; peak memory, {what}: {taken / Megabyte:F0} MB, {ratio:F2} times{verdict}");
        Print($"  memory after {what}: {ProcessMemory.Now() / Megabyte:F0} MB in the whole process");
        return limit is null || ratio <= limit;
    }

    private static void Print(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
