using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Keeps the finished latents of a generation.</summary>
internal sealed class LatentsProbe : GenerationProbe
{
    public float[] Final { get; private set; } = [];

    public int UnetRows { get; private set; }

    public override void OnUnetInput(int step, double timestep, ReadOnlySpan<float> rows) => UnetRows = rows.Length;

    public override void OnFinish(ReadOnlySpan<float> latents)
    {
        Final = latents.ToArray();
        UnetRows = UnetRows * BatchSize / Final.Length;
    }

    public int BatchSize { get; init; } = 1;
}
