using System.Diagnostics;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>
/// What a step of the U-Net, and the decoder, take with attention as one operation and written out: the same generations one way and the
/// other, in one process.
/// </summary>
internal static class AttentionBenchmark
{
    private const double Megabyte = 1 << 20;

    private static readonly string[] Components = ["unet", "vae_decoder"];

    /// <summary>Prints the times and their ratio.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="side">Width and height of the image.</param>
    /// <param name="rounds">Generations of two steps each way, of which the fastest counts.</param>
    public static void Run(string folder, int side, int rounds)
    {
        // The fused one first: the kernel tells the highest memory of the process, and not of a part of its life.
        var ways = new[] { true, false }.Select(fused => Measure(folder, side, rounds, fused)).ToArray();
        foreach (var component in Components)
        {
            var (fused, writtenOut) = (ways[0][component] * 1000, ways[1][component] * 1000);
            Console.WriteLine(FormattableString.Invariant(
                $"  {component}: fused {fused:F1} ms, written out {writtenOut:F1} ms; fused / written out: {fused / writtenOut:F3}"));
        }
    }

    // Seconds of a run, by component.
    private static Dictionary<string, double> Measure(string folder, int side, int rounds, bool fused)
    {
        var before = ProcessMemory.Now();
        var clock = Stopwatch.StartNew();
        using var pipeline = StableDiffusionPipeline.Load(folder, new OnnxRuntimeOptions { FuseAttention = fused });
        var load = clock.Elapsed.TotalSeconds;
        var task = pipeline.CreateTask("a red circle on a blue ground", seed: 1) with { Width = side, Height = side, Steps = 2 };
        using var runs = new ModelDurations(DiffusionTelemetry.RunDuration, "sdfleet.component");
        var best = Components.ToDictionary(component => component, _ => double.PositiveInfinity);
        for (var i = 0; i < rounds; i++)
        {
            runs.Reset();
            pipeline.Generate([task]);
            foreach (var component in Components)
            {
                var (seconds, count) = runs.By[component];
                best[component] = Math.Min(best[component], seconds / count);
            }
        }

        var way = fused ? "fused" : "written out";
        var peak = (ProcessMemory.Peak() - before) / Megabyte;
        Console.WriteLine(FormattableString.Invariant($"{way}, {side}x{side}: load {load:F2} s, peak memory {peak:F0} MB"));
        return best;
    }
}
