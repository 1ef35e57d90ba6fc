using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// A Stable Diffusion XL folder that is made in a moment. Its networks are a few sums each, so that <see cref="XlReference"/> can compute
/// what they give from what they must have been given.
/// </summary>
internal sealed record TinyXlModel
{
    public const int Layers = 2, Layers2 = 3, Width = 3, Width2 = 5, PooledWidth = 6, LatentChannels = 4;

    /// <summary>What hidden state i is a token's vector times, and the vectors after the last layer.</summary>
    public static readonly float[] StateScales = [1, 0.5f, -0.75f, 2];

    /// <summary>How much each of the sizes counts.</summary>
    public static readonly float[] IdWeights = [0.001f, -0.002f, 0.003f, -0.0015f, 0.0025f, 0.0007f];

    public const float StepWeight = 0.001f, LastScale = -1;

    /// <summary>Without the first encoder, and told an aesthetic score.</summary>
    public bool Refiner { get; init; }

    public int UnetChannels { get; init; } = LatentChannels;

    public TensorElementType TextType { get; init; } = TensorElementType.Float;

    public TensorElementType UnetType { get; init; } = TensorElementType.Float;

    public TensorElementType VaeType { get; init; } = TensorElementType.Float;

    public TensorElementType TimestepType { get; init; } = TensorElementType.Int64;

    public TensorElementType TimeIdsType { get; init; } = TensorElementType.Float;

    /// <summary>Whether the exporter wrote the last layer's states too.</summary>
    public bool WritesLastStates { get; init; } = true;

    /// <summary>Whether it wrote any of the states between.</summary>
    public bool WritesStates { get; init; } = true;

    /// <summary>What the configurations say of the layers, of the second encoder; null for nothing.</summary>
    public int? ConfiguredLayers2 { get; init; } = Layers2;

    public bool? ForceZeros { get; init; } = true;

    /// <summary>The length of the guidance vector; 0 for none.</summary>
    public int GuidanceWidth { get; init; }

    /// <summary>Rows, height and width of the U-Net's sample; null where open.</summary>
    public (int? Rows, int? Height, int? Width) Fixed { get; init; }

    /// <summary>The same of the decoder.</summary>
    public (int? Rows, int? Height, int? Width) FixedDecoder { get; init; }

    /// <summary>Rows and ids of the text encoders.</summary>
    public (int? Rows, int? Ids) FixedText { get; init; }

    public int UnetPooledWidth { get; init; } = PooledWidth;

    public int? TimeIdsWidth { get; init; }

    public bool TakesTimeIds { get; init; } = true;

    public string Scheduler { get; init; } = "EulerDiscreteScheduler";

    public string Spacing { get; init; } = "leading";

    public bool ForceUpcast { get; init; }

    /// <summary>Width of the vectors that the U-Net takes.</summary>
    public int TokenWidth => (Refiner ? 0 : Width) + Width2;

    public static float[] Waves(int count, float phase) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin((i * 1.7f) + phase))];

    /// <summary>The vectors of all ids in an encoder.</summary>
    public static float[] Table(int encoder) => Waves(TinyTokenizer.Size * (encoder == 1 ? Width : Width2), encoder);

    public static float[] PooledTable() => Waves(TinyTokenizer.Size * PooledWidth, 3);

    /// <summary>How much each of the U-Net's input channels counts in each of its output channels.</summary>
    public float[] Mix() => [.. Waves(LatentChannels * UnetChannels, 4).Select(wave => wave / 4)];

    public StableDiffusionPipeline Load()
    {
        using TemporaryFolder folder = Write();
        return StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });
    }

    public TemporaryFolder Write()
    {
        TemporaryFolder folder = new();
        JsonObject index = new() { ["_class_name"] = Refiner ? "StableDiffusionXLImg2ImgPipeline" : "StableDiffusionXLPipeline" };
        if (ForceZeros is { } force)
        {
            index["force_zeros_for_empty_prompt"] = force;
        }

        if (Refiner)
        {
            index["requires_aesthetics_score"] = true;
        }
        else
        {
            TinyTokenizer.Write(folder, "tokenizer/");
            folder.Write("text_encoder/model.onnx", TextEncoder(1)).Write("text_encoder/config.json", Layered(Layers));
        }

        TinyTokenizer.Write(folder, "tokenizer_2/");
        return folder
            .Write("tokenizer_2/special_tokens_map.json", """{ "pad_token": "!" }""")
            .Write("model_index.json", index.ToJsonString())
            .Write("scheduler/scheduler_config.json", $$"""
                { "_class_name": "{{Scheduler}}", "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012,
                  "beta_schedule": "scaled_linear", "prediction_type": "epsilon", "steps_offset": 1, "timestep_spacing": "{{Spacing}}" }
                """)
            .Write("vae_decoder/config.json", $$"""
                { "scaling_factor": 0.13025, "block_out_channels": [1, 2, 4, 4], "latents_mean": null,
                  "force_upcast": {{(ForceUpcast ? "true" : "false")}} }
                """)
            .Write("unet/config.json", $$"""{ "in_channels": {{UnetChannels}}, "sample_size": 128 }""")
            .Write("text_encoder_2/model.onnx", TextEncoder(2))
            .Write("text_encoder_2/config.json", ConfiguredLayers2 is { } layers ? Layered(layers) : "{}")
            .Write("unet/model.onnx", Unet())
            .Write("vae_decoder/model.onnx", VaeDecoder())
            .Write("vae_encoder/model.onnx", VaeEncoder());
    }

    private static object Size(int? size, string name) => size is { } known ? known : name;

    private static string Layered(int layers) => $$"""{ "num_hidden_layers": {{layers}} }""";

    private byte[] TextEncoder(int encoder)
    {
        int width = encoder == 1 ? Width : Width2, layers = encoder == 1 ? Layers : Layers2;
        object rows = Size(FixedText.Rows, "batch"), ids = Size(FixedText.Ids, "sequence");
        OnnxBuilder model = new OnnxBuilder()
            .Input("input_ids", TensorElementType.Int64, rows, ids)
            .Constant(TextType, "table", Table(encoder), TinyTokenizer.Size, width)
            .Node("Gather", "table input_ids", "vectors");
        if (encoder == 2)
        {
            model.Constant(TextType, "pooled_table", PooledTable(), TinyTokenizer.Size, PooledWidth)
                .Constant("flat", [-1L, PooledWidth], 2)
                .Node("Gather", "pooled_table input_ids", "meanings")
                .Node("ReduceMean", "meanings", "mean", "axes", 1)
                .Node("Reshape", "mean flat", "text_embeds")
                .Output("text_embeds", TextType, rows, PooledWidth);
        }

        model.Constant(TextType, "last", [LastScale])
            .Node("Mul", "vectors last", "last_hidden_state")
            .Output("last_hidden_state", TextType, rows, ids, width);
        for (int i = 0; WritesStates && i < layers + (WritesLastStates ? 1 : 0); i++)
        {
            model.Constant(TextType, $"scale{i}", [StateScales[i]])
                .Node("Mul", $"vectors scale{i}", $"hidden_states.{i}")
                .Output($"hidden_states.{i}", TextType, rows, ids, width);
        }

        return model.Build();
    }

    private byte[] Unet()
    {
        object rows = Size(Fixed.Rows, "batch"), height = Size(Fixed.Height, "height"), width = Size(Fixed.Width, "width");
        int ids = TimeIdsWidth ?? (Refiner ? 5 : 6);
        OnnxBuilder model = new OnnxBuilder()
            .Input("sample", UnetType, rows, UnetChannels, height, width)
            .Input("timestep", TimestepType, "steps")
            .Input("encoder_hidden_states", UnetType, rows, Size(FixedText.Ids, "sequence"), TokenWidth)
            .Input("text_embeds", UnetType, rows, UnetPooledWidth)
            .Constant("pixel", [-1L, 1, 1, 1], 4)
            .Constant(UnetType, "mix", Mix(), LatentChannels, UnetChannels, 1, 1)
            .Node("Conv", "sample mix", "mixed")
            .Constant(UnetType, "step_weight", [StepWeight])
            .Node("Cast", "timestep", "t", "to", (long)UnetType)
            .Node("Reshape", "t pixel", "times")
            .Node("Mul", "times step_weight", "time")
            .Node("Add", "mixed time", "sum0")
            .Constant(UnetType, "word_wave", Waves(TokenWidth, 5), TokenWidth)
            .Node("Mul", "encoder_hidden_states word_wave", "words")
            .Node("ReduceMean", "words", "meaning", "axes", 1, 2)
            .Node("Reshape", "meaning pixel", "meaning4")
            .Node("Add", "sum0 meaning4", "sum1")
            .Constant(UnetType, "pooled_wave", Waves(UnetPooledWidth, 6), UnetPooledWidth);
        AddVector(model, "text_embeds pooled_wave", "sum1", "sum2");
        string sum = "sum2";
        if (TakesTimeIds)
        {
            model.Input("time_ids", TimeIdsType, rows, ids)
                .Constant(UnetType, "id_weights", IdWeights[..ids], ids)
                .Node("Cast", "time_ids", "ids", "to", (long)UnetType);
            AddVector(model, "ids id_weights", sum, "sum3");
            sum = "sum3";
        }

        if (GuidanceWidth > 0)
        {
            model.Input("timestep_cond", UnetType, rows, GuidanceWidth)
                .Constant(UnetType, "guidance_wave", Waves(GuidanceWidth, 7), GuidanceWidth);
            AddVector(model, "timestep_cond guidance_wave", sum, "sum4");
            sum = "sum4";
        }

        return model.Node("Tanh", sum, "out_sample").Output("out_sample", UnetType, rows, LatentChannels, height, width).Build();
    }

    // The mean of a row's numbers, each weighed, is added to each of its latents.
    private static void AddVector(OnnxBuilder model, string inputs, string sum, string result) => model
        .Node("Mul", inputs, $"{result}_weighed")
        .Node("ReduceMean", $"{result}_weighed", $"{result}_mean", "axes", 1)
        .Node("Reshape", $"{result}_mean pixel", $"{result}_row")
        .Node("Add", $"{sum} {result}_row", result);

    private byte[] VaeEncoder() => new OnnxBuilder()
        .Input("sample", VaeType, "batch", 3, "height", "width")
        .Constant(VaeType, "weights", [.. Waves(8 * 3 * 8 * 8, 0).Select(w => w / 64)], 8, 3, 8, 8)
        .Node("Conv", "sample weights", "latent_parameters", "strides", 8, 8)
        .Output("latent_parameters", VaeType, "batch", 8, "height8", "width8")
        .Build();

    private byte[] VaeDecoder() => new OnnxBuilder()
        .Input(
            "latent_sample",
            VaeType,
            Size(FixedDecoder.Rows, "batch"),
            4,
            Size(FixedDecoder.Height, "height"),
            Size(FixedDecoder.Width, "width"))
        .Constant(VaeType, "weights", [.. Waves(12, 0).Select(w => w / 256)], 3, 4, 1, 1)
        .Constant("scales", [1f, 1, 8, 8], 4)
        .Node("Conv", "latent_sample weights", "colors")
        .Node("Resize", "colors - scales", "large")
        .Node("Tanh", "large", "sample")
        .Output("sample", VaeType, "batch", 3, "height8", "width8")
        .Build();
}
