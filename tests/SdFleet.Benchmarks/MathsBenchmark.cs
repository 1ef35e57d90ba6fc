using System.Diagnostics;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Noise;
using SdFleet.Diffusion.Schedulers;
using SdFleet.Diffusion.Tokenization;
using SdFleet.ShapesModel;

namespace SdFleet.Benchmarks;

/// <summary>
/// What is computed outside ONNX Runtime: a step of each scheduler, noise, prompts, pictures. Trust the ratios of one run, not its times.
/// </summary>
internal static class MathsBenchmark
{
    // Four images of 512x512.
    private const int Batch = 4;
    private const int LatentsPerImage = 4 * 64 * 64;
    private const int Side = 512;
    private const int Steps = 30;
    private const ulong Seed = 1;
    private const string Prompt = "a photograph of an astronaut riding a horse, (golden hour:1.2), highly detailed, 35 mm film, depth of field, award winning";

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(200);

    /// <summary>Prints microseconds, bytes allocated and the ratio to a copy of the same latents, by operation.</summary>
    public static void Run()
    {
        var latents = Noise(Batch * LatentsPerImage);
        var destination = new float[latents.Length];
        Console.WriteLine($"{"operation",-36} {"microseconds",14} {"bytes allocated",16} {"times a copy",13}");
        var copy = Print("copy of the latents of four images", Best(() => latents.CopyTo(destination, 0)), copy: null);
        foreach (var name in KnownSchedulers.ClassNames)
        {
            Print($"step: {name}", Step(name, latents), copy);
        }

        var noise = new float[LatentsPerImage];
        Print("noise of an image, CPU's", Best(() => NoiseGenerator.Create(NoiseSource.Cpu, Seed).Randn(noise)), copy);
        Print("noise of an image, CUDA's", Best(() => NoiseGenerator.Create(NoiseSource.Cuda, Seed).Randn(noise)), copy);

        var tokenizer = ClipTokenizer.Load(Path.Combine(ShapesModelFolder.Path, "tokenizer"));
        Print("prompt to 77 ids", Best(() => tokenizer.EncodePrompt(Prompt)), copy);

        // Grey steps with a little noise: an image that compresses about as a photograph does.
        var image = new RgbImage(Side, Side);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)Math.Clamp((i / 3 % Side / 4) + (latents[i % latents.Length] * 4) + 64, 0, 255);
        }

        var png = PngWriter.ToArray(image);
        Print("PNG of 512x512, written", Best(() => PngWriter.ToArray(image)), copy);
        Print("PNG of 512x512, read", Best(() => PngReader.Read(png)), copy);
        Print("512x512 to 768x768, Lanczos", Best(() => ImageResize.Resize(image, 768, 768)), copy);
    }

    // One step of a run of thirty, as the pipeline makes it: the input scaled, and noise where the scheduler wants some.
    private static (double Seconds, long Bytes) Step(string name, float[] latents)
    {
        var scheduler = Scheduler.Create(new SchedulerConfig { ClassName = name });
        scheduler.SetTimesteps(Steps);
        var (output, noise) = (Noise(latents.Length), Noise(latents.Length));
        var (sample, input) = (new float[latents.Length], new float[latents.Length]);
        var (seconds, bytes) = Best(() =>
        {
            latents.CopyTo(sample, 0);
            scheduler.Begin(Batch, LatentsPerImage);
            for (var i = 0; i < scheduler.Timesteps.Length; i++)
            {
                scheduler.ScaleModelInput(i, sample, input);
                scheduler.Step(i, output, sample, scheduler.NoiseNeeded(i) ? noise : default);
            }
        });
        return (seconds / scheduler.Timesteps.Length, bytes / scheduler.Timesteps.Length);
    }

    // The fastest of many, and what one of them allocated once everything was compiled.
    private static (double Seconds, long Bytes) Best(Action run)
    {
        var best = double.PositiveInfinity;
        var bytes = long.MaxValue;
        for (var round = Stopwatch.StartNew(); round.Elapsed < Round;)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (best, bytes);
    }

    private static double Print(string name, (double Seconds, long Bytes) cost, double? copy)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{name,-36} {cost.Seconds * 1e6,14:F1} {cost.Bytes,16} {cost.Seconds / (copy ?? cost.Seconds),13:F1}"));
        return cost.Seconds;
    }

    private static float[] Noise(int count)
    {
        var values = new float[count];
        NoiseGenerator.Create(NoiseSource.Cuda, Seed).Randn(values);
        return values;
    }
}
