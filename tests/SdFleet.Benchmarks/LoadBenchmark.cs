using System.Diagnostics;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>What loading a model takes, part by part.</summary>
internal static class LoadBenchmark
{
    private const double Megabyte = 1 << 20;

    /// <summary>
    /// Loads a model once to have its files in memory, then as it is always loaded, and then at each of ONNX Runtime's levels of rewriting
    /// it; and takes the time of a step, for what loading saves may be what the steps pay.
    /// </summary>
    /// <param name="folder">The model's folder.</param>
    public static void Run(string folder)
    {
        Load(folder, new(), "first time").Dispose();
        LoadAndStep(folder, new(), "always");
        foreach (var level in Enum.GetValues<GraphOptimization>())
        {
            LoadAndStep(folder, new() { Optimization = level }, $"optimization {level}");
        }
    }

    /// <summary>The same with more in the sessions' configuration instead of the levels.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="entries">Entries of the configuration, <c>session.disable_prepacking=1</c>.</param>
    public static void Compare(string folder, IReadOnlyList<string> entries)
    {
        var pairs = entries.Select(entry => entry.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Load(folder, new(), "first time").Dispose();
        LoadAndStep(folder, new(), "always");
        LoadAndStep(folder, new() { SessionEntries = pairs }, string.Join(' ', entries));
    }

    /// <summary>Prints the phases of a load that was just made.</summary>
    public static void PrintPhases(ModelDurations loads)
    {
        foreach (var (phase, (seconds, _)) in loads.By.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(FormattableString.Invariant($"  {phase,-22} {seconds,7:F2} s"));
        }
    }

    private static StableDiffusionPipeline Load(string folder, OnnxRuntimeOptions options, string what)
    {
        using var loads = new ModelDurations(DiffusionTelemetry.LoadDuration, "sdfleet.component", "sdfleet.phase");
        var before = ProcessMemory.Now();
        var clock = Stopwatch.StartNew();
        var pipeline = StableDiffusionPipeline.Load(folder, options);
        var (seconds, memory) = (clock.Elapsed.TotalSeconds, (ProcessMemory.Now() - before) / Megabyte);
        Console.WriteLine(FormattableString.Invariant($"{what}: {seconds:F2} s, memory {memory:F0} MB"));
        PrintPhases(loads);
        return pipeline;
    }

    private static void LoadAndStep(string folder, OnnxRuntimeOptions options, string what)
    {
        using var pipeline = Load(folder, options, what);
        using var runs = new ModelDurations(DiffusionTelemetry.RunDuration, "sdfleet.component");
        var task = pipeline.CreateTask("a red circle on a blue ground", seed: 1) with { Width = 256, Height = 256, Steps = 1 };
        foreach (var run in (string[])["first", "second"])
        {
            runs.Reset();
            pipeline.Generate([task]);
            Console.WriteLine(FormattableString.Invariant($"  {run} step of 256x256   {runs.By["unet"].Seconds,7:F2} s"));
        }
    }
}
