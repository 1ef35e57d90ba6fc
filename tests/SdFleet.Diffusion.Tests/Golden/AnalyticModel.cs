using System.Text.Json;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The stand-in for a UNet that the golden runs were made with, in float32.</summary>
internal sealed class AnalyticModel(JsonElement model)
{
    private readonly float _a = model.GetProperty("a").GetSingle();
    private readonly float _b = model.GetProperty("b").GetSingle();
    private readonly float _c = model.GetProperty("c").GetSingle();

    public void Run(ReadOnlySpan<float> input, double timestep, Span<float> output)
    {
        float phase = (float)timestep / 100;
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = _a * input[i] + _b * MathF.Sin(_c * input[i] + phase);
        }
    }
}
