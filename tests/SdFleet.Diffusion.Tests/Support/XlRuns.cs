using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Noise;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;

namespace SdFleet.Diffusion.Tests;

/// <summary>Runs tiny Stable Diffusion XL models and holds the latents to <see cref="XlReference"/>.</summary>
internal static class XlRuns
{
    public const int Width = 64, Height = 48;

    /// <summary>A task that <see cref="XlReference"/> can compute.</summary>
    public static GenerationTask Task(long seed = 5) => new()
    {
        Prompt = "a cat",
        NegativePrompt = "cat",
        Seed = seed,
        Width = Width,
        Height = Height,
        Steps = 4,
        GuidanceScale = 5,
    };

    /// <summary>A batch's finished latents.</summary>
    public static LatentsProbe Run(StableDiffusionPipeline pipeline, params GenerationTask[] tasks)
    {
        LatentsProbe probe = new() { BatchSize = tasks.Length };
        pipeline.GenerateObserved(tasks, null, probe, default);
        return probe;
    }

    /// <summary>Holds a text-to-image batch to the reference.</summary>
    public static LatentsProbe Check(TinyXlModel model, double tolerance, params GenerationTask[] tasks)
    {
        using StableDiffusionPipeline pipeline = model.Load();
        LatentsProbe probe = Run(pipeline, tasks);
        XlReference reference = new(model);
        int length = probe.Final.Length / tasks.Length;
        for (int i = 0; i < tasks.Length; i++)
        {
            float[] start = new float[length];
            NoiseGenerator.Create(tasks[i].NoiseSource, (ulong)tasks[i].Seed).Randn(start);
            double sigma = reference.InitialSigma(tasks[i].Steps);
            start = [.. start.Select(value => (float)(value * sigma))];
            double[] actual = [.. probe.Final.AsSpan(i * length, length).ToArray().Select(value => (double)value)];
            Near.Absolute($"image {i}", reference.Run(tasks[i], start), actual, tolerance);
        }

        return probe;
    }

    /// <summary>The types that models of half precision come in.</summary>
    public static TinyXlModel Half(bool text, bool unet, bool vae, TensorElementType timestep) => new()
    {
        TextType = text ? TensorElementType.Float16 : TensorElementType.Float,
        UnetType = unet ? TensorElementType.Float16 : TensorElementType.Float,
        TimeIdsType = unet ? TensorElementType.Float16 : TensorElementType.Float,
        VaeType = vae ? TensorElementType.Float16 : TensorElementType.Float,
        TimestepType = timestep,
    };
}
