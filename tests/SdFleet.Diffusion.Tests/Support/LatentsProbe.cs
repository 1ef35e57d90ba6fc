using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Keeps the finished latents of a generation.</summary>
internal sealed class LatentsProbe : GenerationProbe
{
    /// <summary>How many images the generation has.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>The images' latents, one behind the other.</summary>
    public float[] Final { get; private set; } = [];

    /// <summary>The latents that entered the loop.</summary>
    public float[] Start { get; private set; } = [];

    /// <summary>The U-Net's input at the first step.</summary>
    public float[] FirstInput { get; private set; } = [];

    /// <summary>How often the U-Net was asked.</summary>
    public int Steps { get; private set; }

    /// <summary>The U-Net's batch.</summary>
    public int UnetRows { get; private set; }

    /// <summary>What the image encoder gave, in call order.</summary>
    public List<float[]> Encoded { get; } = [];

    /// <summary>What the decoder gave, image by image.</summary>
    public List<float[]> Decoded { get; } = [];

    public override void OnDecoded(int image, float[] planes) => Decoded.Add(planes);

    public override void OnEncoded(float[] latents) => Encoded.Add(latents);

    public override void OnStart(ReadOnlySpan<float> latents) => Start = latents.ToArray();

    public override void OnUnetInput(int step, double timestep, ReadOnlySpan<float> rows)
    {
        UnetRows = rows.Length;
        FirstInput = step == 0 ? rows.ToArray() : FirstInput;
        Steps = step + 1;
    }

    public override void OnFinish(ReadOnlySpan<float> latents)
    {
        Final = latents.ToArray();
        UnetRows = UnetRows * BatchSize / Final.Length;
    }
}
