namespace SdFleet.Diffusion.Tests.Adapters;

/// <summary>A LoRA's matrices for a few layers, to be written in any of the names that there are.</summary>
internal sealed class TestLora
{
    public const int Rank = 3;
    public const float Alpha = 2;

    private readonly List<(string Layer, long[] DownShape, long[] UpShape, float[] Down, float[] Up)> _layers = [];

    /// <summary>For each layer of <see cref="LayeredModel"/>.</summary>
    public static TestLora ForAllLayers(int seed = 0) => new TestLora()
        .Add(LayeredModel.Conv, 3, [2, 3, 3], 10 + seed)
        .Add(LayeredModel.Product, 5, [3], 20 + seed)
        .Add(LayeredModel.Gemm, 6, [5], 30 + seed)
        .Add(LayeredModel.Half, 2, [6], 40 + seed);

    public TestLora Add(string layer, int outputs, long[] input, int seed)
    {
        long[] ones = [.. input.Skip(1).Select(_ => 1L)];
        float[] down = LayeredModel.Waves(Rank * (int)input.Aggregate(1L, (p, s) => p * s), seed);
        _layers.Add((layer, [Rank, .. input], [outputs, Rank, .. ones], down, LayeredModel.Waves(outputs * Rank, seed + 1)));
        return this;
    }

    /// <summary>W + scale alpha / rank up down, by the definition.</summary>
    public float[] Merge(string layer, float[] weight, double scale)
    {
        (_, _, _, float[] down, float[] up) = _layers.Single(l => l.Layer == layer);
        int columns = down.Length / Rank;
        float[] merged = [.. weight];
        for (int i = 0; i < merged.Length; i++)
        {
            double sum = 0;
            for (int r = 0; r < Rank; r++)
            {
                sum += (double)up[i / columns * Rank + r] * down[r * columns + i % columns];
            }

            merged[i] = (float)(merged[i] + scale * Alpha / Rank * sum);
        }

        return merged;
    }

    public LayeredModel Merge(LayeredModel model, double scale) => model with
    {
        ConvWeight = Merge(LayeredModel.Conv, model.ConvWeight, scale),
        ProductWeight = Merge(LayeredModel.Product, model.ProductWeight, scale),
        GemmWeight = Merge(LayeredModel.Gemm, model.GemmWeight, scale),
        HalfWeight = Merge(LayeredModel.Half, model.HalfWeight, scale),
        StoresHalf = false,
    };

    /// <summary>As kohya's scripts name things.</summary>
    public byte[] Kohya(string prefix = "lora_unet_", string type = "F32") => Build(
        layer => (prefix + layer.Replace('.', '_'), ".lora_down.weight", ".lora_up.weight"), alpha: ".alpha", type);

    /// <summary>As diffusers names things: in PEFT's way or one of its own.</summary>
    public byte[] Diffusers(string prefix = "unet.", string down = ".lora_A.weight", string up = ".lora_B.weight") =>
        Build(layer => (prefix + layer, down, up), alpha: ".alpha");

    /// <summary>As diffusers named attention when its layers were of a processor.</summary>
    public byte[] Processor(string prefix = "") => Build(
        layer => (prefix + layer.Replace(".to_", ".processor.to_", StringComparison.Ordinal), "_lora.down.weight", "_lora.up.weight"),
        alpha: null);

    // Without an alpha, its effect goes into the matrix.
    private byte[] Build(Func<string, (string Name, string Down, string Up)> namesOf, string? alpha, string type = "F32")
    {
        SafetensorsBuilder file = new();
        foreach ((string layer, long[] downShape, long[] upShape, float[] down, float[] up) in _layers)
        {
            (string name, string downName, string upName) = namesOf(layer);
            file.Add(name + downName, down, downShape, type);
            if (alpha is null)
            {
                file.Add(name + upName, [.. up.Select(u => u * Alpha / Rank)], upShape, type);
            }
            else
            {
                file.Add(name + upName, up, upShape, type).Add(name + alpha, [Alpha], [], type);
            }
        }

        return file.Build();
    }
}
