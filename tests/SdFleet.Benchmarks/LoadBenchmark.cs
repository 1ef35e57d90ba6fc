using System.Diagnostics;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>What loading a model takes, part by part, at each of ONNX Runtime's levels of rewriting it.</summary>
internal static class LoadBenchmark
{
    /// <summary>Loads a model once to have its files in memory, and then once for each level.</summary>
    /// <param name="folder">The model's folder.</param>
    public static void Run(string folder)
    {
        Load(folder, GraphOptimization.All, "first time");
        foreach (var level in Enum.GetValues<GraphOptimization>())
        {
            Load(folder, level, $"optimization {level}");
        }
    }

    /// <summary>Prints the phases of a load that was just made.</summary>
    public static void PrintPhases(ModelDurations loads)
    {
        foreach (var (phase, (seconds, _)) in loads.By.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(FormattableString.Invariant($"  {phase,-22} {seconds,7:F2} s"));
        }
    }

    private static void Load(string folder, GraphOptimization level, string what)
    {
        using var loads = new ModelDurations(DiffusionTelemetry.LoadDuration, "sdfleet.component", "sdfleet.phase");
        var clock = Stopwatch.StartNew();
        using var pipeline = StableDiffusionPipeline.Load(folder, new OnnxRuntimeOptions { Optimization = level });
        Console.WriteLine(FormattableString.Invariant($"{what}: {clock.Elapsed.TotalSeconds:F2} s"));
        PrintPhases(loads);
    }
}
