using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.ShapesModel.Tests.Galleries;

/// <summary>The bundled model's autoencoder by itself: what it does to a picture is what no denoising can undo.</summary>
internal sealed class Autoencoder : IDisposable
{
    private readonly InferenceSession _encoder = new(Path.Combine(ShapesModelFolder.Path, "vae_encoder", "model.onnx"));
    private readonly InferenceSession _decoder = new(Path.Combine(ShapesModelFolder.Path, "vae_decoder", "model.onnx"));

    /// <summary>The picture, encoded and decoded.</summary>
    public RgbImage Pass(RgbImage image)
    {
        var pixels = image.Width * image.Height;
        var planes = new float[RgbImage.Channels * pixels];
        for (var i = 0; i < planes.Length; i++)
        {
            planes[(i % RgbImage.Channels * pixels) + (i / RgbImage.Channels)] = (image.Pixels[i] / 127.5f) - 1;
        }

        // The first half of the encoder's channels are the means of the latents, the second their logarithmic variances.
        var (parameters, shape) = Run(_encoder, planes, [1, RgbImage.Channels, image.Height, image.Width]);
        var (decoded, _) = Run(_decoder, parameters[..(parameters.Length / 2)], [1, shape[1] / 2, shape[2], shape[3]]);

        var result = new RgbImage(image.Width, image.Height);
        for (var i = 0; i < decoded.Length; i++)
        {
            var value = decoded[(i % RgbImage.Channels * pixels) + (i / RgbImage.Channels)];
            result.Pixels[i] = (byte)Math.Clamp(Math.Round((value + 1) * 127.5f), 0, 255);
        }

        return result;
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }

    private static (float[] Values, long[] Shape) Run(InferenceSession session, float[] values, long[] shape)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var outputs = session.Run(options, [session.InputNames[0]], [input], [session.OutputNames[0]]);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }
}
