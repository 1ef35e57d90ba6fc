using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Tests.Support;

/// <summary>
/// A CLIP model of five nodes, by which every text's vector is (something, 0), and a picture's its mean red and green: the more red
/// there is beside the green, the better a picture fits.
/// </summary>
internal static class TinyClip
{
    private const string Model = """
        CAcSADqCAwofCglpbnB1dF9pZHMSAWYiBENhc3QqCQoCdG8YAaABAgofCgFmEgFtIgpSZWR1Y2VNZWFuKgsKBGF4ZXNAAaABBwobCgFtCgF0Egt0ZXh0X2Vt
        YmVkcyIGTWF0TXVsCj0KDHBpeGVsX3ZhbHVlcxIBYyIKUmVkdWNlTWVhbioNCgRheGVzQAJAA6ABByoPCghrZWVwZGltcxgAoAECChwKAWMKAXYSDGltYWdl
        X2VtYmVkcyIGTWF0TXVsEgFnKhMIAQgCEAFCAXRKCAAAgD8AAAAAKiMIAwgCEAFCAXZKGAAAgD8AAAAAAAAAAAAAgD8AAAAAAAAAAFodCglpbnB1dF9pZHMS
        EAoOCAcSCgoDEgF0CgMSAXNaJwoMcGl4ZWxfdmFsdWVzEhcKFQgBEhEKAxIBbgoCCAMKAggECgIIBGIeCgt0ZXh0X2VtYmVkcxIPCg0IARIJCgMSAXQKAggC
        Yh8KDGltYWdlX2VtYmVkcxIPCg0IARIJCgMSAW4KAggCQgQKABAN
        """;

    /// <summary>Writes the model into a folder.</summary>
    public static void Write(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(ShapesModelFolder.Path, "tokenizer")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Convert.FromBase64String(Model));
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """
            { "crop_size": 4, "size": 4, "resample": 3, "image_mean": [0, 0, 0], "image_std": [1, 1, 1] }
            """);
    }

    /// <summary>The similarity of a picture of one colour with any text, to four places.</summary>
    public static double SimilarityOf(RgbImage image)
    {
        var (red, green) = (image.Pixels[0] / 255.0, image.Pixels[1] / 255.0);
        return Math.Round(red / Math.Sqrt((red * red) + (green * green)), 4);
    }
}
