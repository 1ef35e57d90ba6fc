namespace SdFleet.ShapesModel;

/// <summary>Where the bundled models lie at run time, in diffusers' ONNX folder layout.</summary>
public static class ShapesModelFolder
{
    /// <summary>The text-to-image model.</summary>
    public static string Path { get; } = Beside("shapes");

    /// <summary>The inpainting model: its U-Net is given a mask and the image without what is under it.</summary>
    public static string Inpainting { get; } = Beside("shapes-inpaint");

    /// <summary>The depth-to-image model.</summary>
    public static string DepthToImage { get; } = Beside("shapes-depth");

    /// <summary>The upscaler from 32x32 to 128x128.</summary>
    public static string Upscaling { get; } = Beside("shapes-upscale");

    /// <summary>CLIP's two encoders, <c>text_model.onnx</c> and <c>vision_model.onnx</c>.</summary>
    public static string Clip { get; } = Beside("shapes-clip");

    /// <summary>A LoRA for the text-to-image model: a style, objects are drawn as outlines.</summary>
    public static string HollowLora { get; } = System.IO.Path.Combine(Beside("shapes-lora"), "hollow.safetensors");

    /// <summary>The folders of the models that make pictures, by their names.</summary>
    public static IReadOnlyDictionary<string, string> ByName { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["shapes"] = Path,
        ["shapes-inpaint"] = Inpainting,
        ["shapes-depth"] = DepthToImage,
        ["shapes-upscale"] = Upscaling,
    };

    private static string Beside(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "models", name);
}
