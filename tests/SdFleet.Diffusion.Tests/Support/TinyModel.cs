using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// A model folder that is made in a moment: networks of a few nodes that depend on all their inputs. What exporters do differently can be
/// chosen.
/// </summary>
internal sealed class TinyModel
{
    private const int Width = 4;
    private const int SlowSize = 1024;
    private const int LatentChannels = 4;

    /// <summary>The type of the token ids.</summary>
    public TensorElementType IdType { get; init; } = TensorElementType.Int64;

    /// <summary>Whether the text encoder wants an attention mask.</summary>
    public bool AttentionMask { get; init; }

    /// <summary>What the text encoder's configuration says, as JSON; null where there is none.</summary>
    public string? TextConfig { get; init; }

    /// <summary>The type of the U-Net's tensors.</summary>
    public TensorElementType SampleType { get; init; } = TensorElementType.Float;

    /// <summary>The U-Net's batch: open, or the one that it was exported for.</summary>
    public object UnetBatch { get; init; } = "batch";

    /// <summary>Rows of the U-Net's latents: open, or those that it was exported for.</summary>
    public object UnetHeight { get; init; } = "height";

    /// <summary>The type of what the text encoder gives, and of what the autoencoder takes and gives.</summary>
    public TensorElementType OtherType { get; init; } = TensorElementType.Float;

    /// <summary>The type of the timestep.</summary>
    public TensorElementType TimestepType { get; init; } = TensorElementType.Int64;

    /// <summary>The shape of the timestep.</summary>
    public object[] TimestepShape { get; init; } = ["steps"];

    /// <summary>How many tokens the U-Net takes: a number, or a name where that is open.</summary>
    public object Sequence { get; init; } = "sequence";

    /// <summary>Channels that the U-Net takes.</summary>
    public int UnetChannels { get; init; } = LatentChannels;

    /// <summary>Channels that the U-Net predicts.</summary>
    public int PredictedChannels { get; init; } = LatentChannels;

    /// <summary>Whether only the configuration says how many channels the U-Net takes.</summary>
    public bool OpenChannels { get; init; }

    /// <summary>An input of the U-Net that text to image does not have.</summary>
    public string? ExtraUnetInput { get; init; }

    /// <summary>Pixels a side for each latent.</summary>
    public int ScaleFactor { get; init; } = 8;

    /// <summary>Large matrix products in the U-Net, to make a step last.</summary>
    public int SlowProducts { get; init; }

    /// <summary>
    /// The most rows that the U-Net has memory for: it asks the system for 128 TiB for each row more, which no machine has. 0 for no limit.
    /// </summary>
    public int MaxRows { get; init; }

    /// <summary>What the U-Net multiplies its result with.</summary>
    public float UnetGain { get; init; } = 1;

    /// <summary>As <see cref="DecoderGain"/>, of a second decoder, model_fp32.onnx; null where there is none.</summary>
    public float? Float32DecoderGain { get; init; }

    /// <summary>The level of brightness, in the safety checker's normalized colors, that it objects to; null where there is none.</summary>
    public float? UnsafeAbove { get; init; }

    /// <summary>What the last layer multiplies with; not a number makes an image of such.</summary>
    public float DecoderGain { get; init; } = 1;

    /// <summary>A model of a kind.</summary>
    public static TinyModel Of(ModelKind kind) => kind switch
    {
        ModelKind.Inpainting => new() { UnetChannels = 9 },
        ModelKind.DepthToImage => new() { UnetChannels = 5 },
        ModelKind.Upscaling => new() { UnetChannels = 7, ExtraUnetInput = "class_labels", ScaleFactor = 4 },
        _ => new(),
    };

    /// <summary>Writes the folder and loads it.</summary>
    public StableDiffusionPipeline Load()
    {
        using TemporaryFolder folder = Write();
        return StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });
    }

    /// <summary>Writes the folder.</summary>
    public TemporaryFolder Write()
    {
        TemporaryFolder folder = new();
        TinyTokenizer.Write(folder, "tokenizer/");
        folder
            .Write("model_index.json", """{ "_class_name": "StableDiffusionPipeline" }""")
            .Write("sdfleet.json", """
                { "defaultWidth": 64, "defaultHeight": 48, "defaultSteps": 4, "defaultGuidanceScale": 3.5, "sizes": [[64, 48]] }
                """)
            .Write("scheduler/scheduler_config.json", """
                { "_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012,
                  "beta_schedule": "scaled_linear", "clip_sample": false, "set_alpha_to_one": false, "skip_prk_steps": true,
                  "steps_offset": 1 }
                """)
            .Write("vae_decoder/config.json", $$"""
                { "scaling_factor": 0.5, "block_out_channels": [{{string.Join(", ", Enumerable.Range(1, 1 + int.Log2(ScaleFactor)))}}] }
                """)
            .Write("unet/config.json", $$"""{ "in_channels": {{UnetChannels}} }""")
            .Write("text_encoder/model.onnx", TextEncoder())
            .Write("unet/model.onnx", Unet())
            .Write("vae_decoder/model.onnx", VaeDecoder(DecoderGain))
            .Write("vae_encoder/model.onnx", VaeEncoder());
        if (TextConfig is not null)
        {
            folder.Write("text_encoder/config.json", TextConfig);
        }

        if (Float32DecoderGain is { } gain)
        {
            folder.Write("vae_decoder/model_fp32.onnx", VaeDecoder(gain));
        }

        if (UnsafeAbove is { } level)
        {
            folder.Write("safety_checker/model.onnx", SafetyChecker(level)).Write("feature_extractor/preprocessor_config.json", TinyClip.Preprocessor);
        }

        return folder;
    }

    private static float[] Waves(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i * 1.7f))];

    // A vector a token from a table, and the running mean of the sentence, so that every word counts.
    private byte[] TextEncoder()
    {
        OnnxBuilder model = new OnnxBuilder()
            .Input("input_ids", IdType, "batch", "sequence")
            .Constant("table", Waves(TinyTokenizer.Size * Width), TinyTokenizer.Size, Width)
            .Node("Gather", "table input_ids", "vectors");
        if (AttentionMask)
        {
            model.Input("attention_mask", IdType, "batch", "sequence")
                .Constant("last", [2L], 1)
                .Node("Cast", "attention_mask", "weights", "to", (long)TensorElementType.Float)
                .Node("Unsqueeze", "weights last", "columns")
                .Node("Mul", "vectors columns", "masked");
        }

        return model
            .Node("ReduceMean", AttentionMask ? "masked" : "vectors", "mean", "axes", 1)
            .Node("Add", "vectors mean", "states")
            .Node("Cast", "states", "last_hidden_state", "to", (long)OtherType)
            .Output("last_hidden_state", OtherType, "batch", "sequence", Width)
            .Build();
    }

    private byte[] Unet()
    {
        OnnxBuilder model = new OnnxBuilder()
            .Input("sample", SampleType, UnetBatch, OpenChannels ? "channels" : UnetChannels, UnetHeight, "width")
            .Input("timestep", TimestepType, TimestepShape)
            .Input("encoder_hidden_states", SampleType, "batch", Sequence, Width)
            .Constant("half", [0.5f])
            .Constant("thousandth", [0.001f])
            .Constant("pixel", [-1L, 1, 1, 1], 4)
            .Node("Cast", "sample", "input", "to", (long)TensorElementType.Float)
            .Constant("mix", Mix(), PredictedChannels, UnetChannels, 1, 1)
            .Node("Conv", "input mix", "x")
            .Node("Cast", "encoder_hidden_states", "words", "to", (long)TensorElementType.Float)
            .Node("Cast", "timestep", "t", "to", (long)TensorElementType.Float)
            .Node("Reshape", "t pixel", "times")
            .Node("Mul", "times thousandth", "time")
            .Constant("wave", Waves(Width), Width)
            .Node("Mul", "words wave", "weighed")
            .Node("ReduceMean", "weighed", "meaning", "axes", 1, 2)
            .Node("Reshape", "meaning pixel", "bias")
            .Node("Add", "bias time", ExtraUnetInput is null ? "shift" : "unlabelled");
        if (ExtraUnetInput is not null)
        {
            model.Input(ExtraUnetInput, TensorElementType.Int64, "batch")
                .Node("Cast", ExtraUnetInput, "labels", "to", (long)TensorElementType.Float)
                .Node("Reshape", "labels pixel", "classes")
                .Node("Mul", "classes thousandth", "class")
                .Node("Add", "unlabelled class", "shift");
        }

        model.Node("Mul", "x half", "scaled")
            .Node("Add", "scaled shift", "sum")
            .Node("Tanh", "sum", "bounded")
            .Constant("gain", [UnetGain])
            .Node("Mul", "bounded gain", "result");
        string last = AddWaste(model, AddSlowProducts(model, "result"));
        return model
            .Node("Cast", last, "out_sample", "to", (long)SampleType)
            .Output("out_sample", SampleType, "batch", OpenChannels ? "channels" : PredictedChannels, "height", "width")
            .Build();
    }

    // The latents as they are, and a little of what is beside them.
    private float[] Mix() =>
        [.. Waves(PredictedChannels * UnetChannels).Select((wave, i) => (i / UnetChannels, i % UnetChannels) switch
        {
            var (output, input) when output == input => 1,
            var (_, input) when input < LatentChannels => 0,
            _ => wave / 4,
        })];

    private string AddSlowProducts(OnnxBuilder model, string result)
    {
        if (SlowProducts == 0)
        {
            return result;
        }

        // Begins at something that depends on the input, or it would all be computed at load.
        model.Constant("matrix", [.. Enumerable.Repeat(1f / SlowSize, SlowSize * SlowSize)], SlowSize, SlowSize)
            .Constant("scalar", [1L, 1], 2)
            .Node("ReduceMean", result, "level", "axes", 0, 1, 2, 3)
            .Node("Reshape", "level scalar", "level2")
            .Node("Mul", "matrix level2", "product0");
        for (int i = 1; i <= SlowProducts; i++)
        {
            model.Node("MatMul", $"product{i - 1} matrix", $"product{i}");
        }

        model.Node("ReduceMean", $"product{SlowProducts}", "slow", "axes", 0, 1)
            .Constant("all", [1L, 1, 1, 1], 4)
            .Node("Reshape", "slow all", "slow4")
            .Node("Add", $"{result} slow4", "late");
        return "late";
    }

    private string AddWaste(OnnxBuilder model, string result)
    {
        if (MaxRows == 0)
        {
            return result;
        }

        const long FloatsARow = 1L << 45;
        model.Constant("first", [0L], 1)
            .Constant("limit", [(long)MaxRows], 1)
            .Constant("none", [0L], 1)
            .Constant("floats", [FloatsARow], 1)
            .Constant("some", [1L], 1)
            .Constant("everywhere", [1L, 1, 1, 1], 4)
            .Node("Shape", "sample", "dims")
            .Node("Gather", "dims first", "rows")
            .Node("Sub", "rows limit", "over")
            .Node("Max", "over none", "excess")
            .Node("Mul", "excess floats", "wasted")
            .Node("Add", "wasted some", "size")
            .Node("ConstantOfShape", "size", "waste")
            .Node("ReduceMean", "waste", "nothing", "axes", 0)
            .Node("Reshape", "nothing everywhere", "nothing4")
            .Node("Add", $"{result} nothing4", "wasteful");
        return "wasteful";
    }

    // Too bright is unsafe.
    private static byte[] SafetyChecker(float level) => new OnnxBuilder()
        .Input("clip_input", TensorElementType.Float, "batch", 3, "h", "w")
        .Input("images", TensorElementType.Float, "batch", "height", "width", 3)
        .Constant("level", [level], 1)
        .Constant("flat", [-1L], 1)
        .Node("ReduceMean", "clip_input", "mean", "axes", 1, 2, 3)
        .Node("Reshape", "mean flat", "brightness")
        .Node("Greater", "brightness level", "has_nsfw_concepts")
        .Node("Identity", "images", "out_images")
        .Output("out_images", TensorElementType.Float, "batch", "height", "width", 3)
        .Output("has_nsfw_concepts", TensorElementType.Bool, "batch")
        .Build();

    // Small variances, as real encoders give.
    private byte[] VaeEncoder() => new OnnxBuilder()
        .Input("sample", OtherType, "batch", 3, "height", "width")
        .Node("Cast", "sample", "image", "to", (long)TensorElementType.Float)
        .Constant("weights", [.. Waves(8 * 3 * 8 * 8).Select(w => w / 64)], 8, 3, 8, 8)
        .Node("Conv", "image weights", "moments", "strides", 8, 8)
        .Node("Cast", "moments", "latent_parameters", "to", (long)OtherType)
        .Output("latent_parameters", OtherType, "batch", 8, "height8", "width8")
        .Build();

    private byte[] VaeDecoder(float gain) => new OnnxBuilder()
        .Input("latent_sample", OtherType, "batch", 4, "height", "width")
        .Node("Cast", "latent_sample", "latents", "to", (long)TensorElementType.Float)
        .Constant("weights", [.. Waves(12).Select(w => w * gain)], 3, 4, 1, 1)
        .Constant("scales", [1f, 1, ScaleFactor, ScaleFactor], 4)
        .Node("Conv", "latents weights", "colors")
        .Node("Resize", "colors - scales", "large")
        .Node("Tanh", "large", "image")
        .Node("Cast", "image", "sample", "to", (long)OtherType)
        .Output("sample", OtherType, "batch", 3, "height8", "width8")
        .Build();
}
