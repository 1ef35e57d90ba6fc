using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests;

/// <summary>Tasks with all that a model of a kind needs, each seed another image.</summary>
internal static class KindTasks
{
    public static GenerationTask Create(ModelKind kind, int seed, int width = 64, int height = 48, bool inpaint = true)
    {
        int factor = kind == ModelKind.Upscaling ? 4 : 1;
        Random random = new(seed);
        byte[] mask = new byte[width * height];
        random.NextBytes(mask);
        return new()
        {
            Prompt = $"a cat {seed}",
            Seed = seed,
            Width = width,
            Height = height,
            Steps = 4,
            Strength = 0.75,
            InitImage = TestImages.Noise(width / factor, height / factor, seed),
            Mask = inpaint && kind is ModelKind.General or ModelKind.Inpainting ? new GrayImage(width, height, mask) : null,
            DepthMap = kind == ModelKind.DepthToImage ? Depth(20 + seed, 30, random) : null,
            NoiseLevel = kind == ModelKind.Upscaling ? seed * 10 : null,
        };
    }

    private static DepthMap Depth(int width, int height, Random random) =>
        new(width, height, [.. Enumerable.Range(0, width * height).Select(_ => random.NextSingle())]);
}
