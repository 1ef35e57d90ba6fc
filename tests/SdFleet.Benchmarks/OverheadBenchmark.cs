using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>
/// How much time the pipeline takes beside ONNX Runtime: the wall time of generations divided by the time that their model runs took
/// inside it; and how much memory a loaded model takes beside its weights.
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
    /// <param name="memoryLimit">The highest memory, in sizes of the loaded weights, that passes while loading; null for any.</param>
    /// <returns>Whether both were kept.</returns>
    public static bool Run(
        string folder, Func<GenerationTask, GenerationTask> task, int batches, int images, double ratioLimit, double? memoryLimit = null)
    {
        var before = PeakMemory();
        var clock = Stopwatch.StartNew();
        using var pipeline = StableDiffusionPipeline.Load(folder);
        Print($"load: {clock.Elapsed.TotalSeconds:F2} s on {pipeline.Info.Device}, ONNX Runtime {pipeline.Info.RuntimeVersion}");
        var fits = CheckMemory(pipeline.Info, PeakMemory() - before, memoryLimit);

        using var runs = new ModelRunTime();
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
        foreach (var (component, (seconds, count)) in runs.ByComponent.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Print($"  {component,-12} {count,4} runs, {seconds / count * 1000,10:F2} ms each");
        }

        Print($"  wall {wall:F3} s, inside ONNX Runtime {runs.Total:F3} s");
        Print($"  wall / ONNX Runtime: {ratio:F4}, at most {ratioLimit:F2}: {(ratio <= ratioLimit ? "kept" : "NOT KEPT")}");
        Print($"  peak memory of the process: {PeakMemory() / Megabyte:F0} MB");
        return fits && ratio <= ratioLimit;
    }

    private static bool CheckMemory(PipelineInfo info, long taken, double? limit)
    {
        var weights = info.Components.Values
            .SelectMany(file => Directory.EnumerateFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
            .Sum(file => new FileInfo(file).Length);
        var ratio = (double)taken / weights;
        var verdict = limit is null ? "" : $", at most {limit:F2}: {(ratio <= limit ? "kept" : "NOT KEPT")}";
        Print($"  weights {weights / Megabyte:F0} MB, peak memory while loading {taken / Megabyte:F0} MB: {ratio:F2} times{verdict}");
        return limit is null || ratio <= limit;
    }

    // The kernel's own high-water mark of the process, in bytes.
    private static long PeakMemory()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    private static void Print(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));

    /// <summary>Adds up what the pipeline reports of its model runs.</summary>
    private sealed class ModelRunTime : IDisposable
    {
        private readonly MeterListener _listener = new();

        public ModelRunTime()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == DiffusionTelemetry.SourceName && instrument.Name == DiffusionTelemetry.RunDuration)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
            {
                var component = (string)tags[0].Value!;
                var (sum, count) = ByComponent.GetValueOrDefault(component);
                ByComponent[component] = (sum + seconds, count + 1);
            });
            _listener.Start();
        }

        public Dictionary<string, (double Seconds, int Count)> ByComponent { get; } = [];

        public double Total => ByComponent.Values.Sum(c => c.Seconds);

        public void Reset() => ByComponent.Clear();

        public void Dispose() => _listener.Dispose();
    }
}
