using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Noise;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class InpaintingTests : IDisposable
{
    private const double ScalingFactor = 0.5;

    private readonly TinyPipeline _general = new(new TinyModel());
    private readonly TinyPipeline _made = new(TinyModel.Of(ModelKind.Inpainting));

    public void Dispose()
    {
        _general.Dispose();
        _made.Dispose();
    }

    [Theory]
    [InlineData(MaskBlending.Hard, "ddim")]
    [InlineData(MaskBlending.Hard, "lcm")]
    [InlineData(MaskBlending.Soft, "pndm")]
    [InlineData(MaskBlending.Soft, "lcm")]
    public void Generate_MaskThatKeepsAll_GivesTheImageBack(MaskBlending blending, string scheduler)
    {
        LatentsProbe probe = new();
        GenerationTask task = Task(_general) with { Mask = Mask(0), MaskBlending = blending, Scheduler = new() { Name = scheduler } };

        _general.Pipeline.GenerateObserved([task], null, probe, default);

        Golden.Near.Absolute("latents", Choose(probe.Encoded[0], task.Seed), probe.Final, 1e-6);
    }

    [Fact]
    public void Generate_MaskThatKeepsNothingAtFullStrength_LeavesNothingOfTheImage()
    {
        GenerationTask task = Task(_general) with { Mask = Mask(255), Strength = 1 };
        GenerationTask other = task with { InitImage = TestImages.Noise(64, 48, seed: 9) };

        Assert.Equal(_general.Latents(task), _general.Latents(other));
        Assert.Equal(_made.Latents(task), _made.Latents(other));
        Assert.NotEqual(_general.Latents(task with { Strength = 0.5 }), _general.Latents(other with { Strength = 0.5 }));
    }

    [Fact]
    public void Generate_SoftMaskThatKeepsNothing_IsImageToImage()
    {
        GenerationTask task = Task(_general) with { Mask = Mask(255), MaskBlending = MaskBlending.Soft };

        Assert.Equal(
            _general.Latents(task with { Mask = null, MaskBlending = MaskBlending.Hard }),
            _general.Latents(task));
    }

    [Fact]
    public void Generate_GrayMask_IsCutInTheMiddleUnlessItIsSoft()
    {
        GenerationTask task = Task(_general);

        Assert.Equal(_general.Latents(task with { Mask = Mask(0) }), _general.Latents(task with { Mask = Mask(127) }));
        Assert.Equal(_general.Latents(task with { Mask = Mask(255) }), _general.Latents(task with { Mask = Mask(128) }));
        Assert.Equal(_made.Latents(task with { Mask = Mask(255) }), _made.Latents(task with { Mask = Mask(128) }));
        GenerationTask soft = task with { MaskBlending = MaskBlending.Soft };
        Assert.NotEqual(_general.Latents(soft with { Mask = Mask(0) }), _general.Latents(soft with { Mask = Mask(127) }));
    }

    [Theory]
    [InlineData(MaskBlending.Hard, 0)]
    [InlineData(MaskBlending.Soft, 4)]
    public void Generate_OnePixelOfALatent_DecidesForIt(MaskBlending blending, int offset)
    {
        GenerationTask task = Task(_general) with { MaskBlending = blending };
        GrayImage deciding = Mask(0), others = Mask(255);
        for (int y = offset; y < 48; y += 8)
        {
            for (int x = offset; x < 64; x += 8)
            {
                deciding.Pixels[(y * 64) + x] = 255;
                others.Pixels[(y * 64) + x] = 0;
            }
        }

        Assert.Equal(_general.Latents(task with { Mask = Mask(255) }), _general.Latents(task with { Mask = deciding }));
        Assert.Equal(_general.Latents(task with { Mask = Mask(0) }), _general.Latents(task with { Mask = others }));
    }

    [Fact]
    public void Generate_ModelMadeForIt_SeesTheMaskAndNothingUnderIt()
    {
        GenerationTask task = Task(_made) with { Strength = 1 };
        RgbImage otherUnder = Copy(task.InitImage!), otherBeside = Copy(task.InitImage!);
        otherUnder.Pixels[0] ^= 0x80;
        otherBeside.Pixels[^1] ^= 0x80;

        Assert.Equal(_made.Latents(task), _made.Latents(task with { InitImage = otherUnder }));
        Assert.NotEqual(_made.Latents(task), _made.Latents(task with { InitImage = otherBeside }));
        Assert.NotEqual(_made.Latents(task), _made.Latents(task with { Mask = Mask(255) }));
    }

    // The left half is repainted.
    private static GenerationTask Task(TinyPipeline pipeline)
    {
        GrayImage mask = new(64, 48);
        for (int i = 0; i < mask.Pixels.Length; i++)
        {
            mask.Pixels[i] = i % 64 < 32 ? (byte)255 : (byte)0;
        }

        return pipeline.Pipeline.CreateTask("a cat", seed: 3) with
        {
            InitImage = TestImages.Noise(64, 48, seed: 4),
            Mask = mask,
            Strength = 0.75,
        };
    }

    private static GrayImage Mask(byte level)
    {
        GrayImage mask = new(64, 48);
        mask.Pixels.Fill(level);
        return mask;
    }

    private static RgbImage Copy(RgbImage image) => new(image.Width, image.Height, image.Pixels.ToArray());

    private static float[] Choose(float[] moments, long seed)
    {
        float[] noise = new float[moments.Length / 2];
        NoiseGenerator.Create(NoiseSource.Cpu, (ulong)seed).Randn(noise);
        return [.. noise.Select((n, i) => (float)((moments[i] + (Math.Exp(moments[noise.Length + i] / 2) * n)) * ScalingFactor))];
    }
}
