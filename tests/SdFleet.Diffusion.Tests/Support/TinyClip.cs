using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// A CLIP model that is made in a moment. A text's vector is the mean of its tokens' vectors, an image's the mean of its normalized colors
/// times a matrix, neither of length 1.
/// </summary>
internal sealed class TinyClip
{
    /// <summary>The length of a vector.</summary>
    public const int Width = 4;

    /// <summary>A preprocessor for 8x8 pixels with CLIP's colors.</summary>
    public const string Preprocessor = """
        { "crop_size": { "height": 8, "width": 8 }, "do_center_crop": true, "do_convert_rgb": true, "do_normalize": true,
          "do_rescale": true, "do_resize": true, "image_mean": [0.48145466, 0.4578275, 0.40821073],
          "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "rescale_factor": 0.00392156862745098,
          "size": { "shortest_edge": 8 } }
        """;

    /// <summary>The vector of each token.</summary>
    public static float[] Table { get; } = [.. Enumerable.Range(0, TinyTokenizer.Size * Width).Select(i => MathF.Sin(i * 0.9f))];

    /// <summary>From colors to vectors: three rows.</summary>
    public static float[] Matrix { get; } = [.. Enumerable.Range(0, 3 * Width).Select(i => MathF.Cos(i * 1.3f))];

    /// <summary>Writes a folder with model.onnx.</summary>
    public static TemporaryFolder WriteOneFile() => WriteRest().Write("model.onnx", Build(text: true, vision: true));

    /// <summary>Writes a folder with a model for text and one for images.</summary>
    public static TemporaryFolder WriteTwoFiles() => WriteRest()
        .Write("onnx/text_model.onnx", Build(text: true, vision: false))
        .Write("onnx/vision_model.onnx", Build(text: false, vision: true));

    private static TemporaryFolder WriteRest() =>
        TinyTokenizer.Write(new()).Write("preprocessor_config.json", Preprocessor);

    private static byte[] Build(bool text, bool vision)
    {
        OnnxBuilder model = new();
        if (text)
        {
            model.Input("input_ids", TensorElementType.Int64, "texts", "sequence")
                .Input("attention_mask", TensorElementType.Int64, "texts", "sequence")
                .Constant("table", Table, TinyTokenizer.Size, Width)
                .Constant("last", [2L], 1)
                .Constant("rows", [-1L, Width], 2)
                .Node("Gather", "table input_ids", "vectors")
                .Node("Cast", "attention_mask", "weights", "to", (long)TensorElementType.Float)
                .Node("Unsqueeze", "weights last", "columns")
                .Node("Mul", "vectors columns", "masked")
                .Node("ReduceMean", "masked", "mean", "axes", 1)
                .Node("Reshape", "mean rows", "text_embeds")
                .Output("text_embeds", TensorElementType.Float, "texts", Width);
        }

        if (vision)
        {
            model.Input("pixel_values", TensorElementType.Float, "images", 3, "height", "width")
                .Constant("matrix", Matrix, 3, Width)
                .Constant("colors", [-1L, 3], 2)
                .Node("ReduceMean", "pixel_values", "average", "axes", 2, 3)
                .Node("Reshape", "average colors", "color")
                .Node("MatMul", "color matrix", "image_embeds")
                .Output("image_embeds", TensorElementType.Float, "images", Width);
        }

        return model.Build();
    }
}
