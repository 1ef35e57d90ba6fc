using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The encoder of a model's autoencoder: an image in, its latents out. Safe for use from several threads.</summary>
internal sealed class VaeEncoder : IDisposable
{
    private readonly OnnxSession _session;
    private readonly OnnxTensorSpec _image;
    private readonly OnnxTensorSpec _latents;

    public VaeEncoder(OnnxSession session)
    {
        OnnxRoles roles = new(session, "a VAE encoder");
        _session = session;
        _image = roles.Input("a float image of rank 4", s => s.IsFloat && s.Rank == 4, "sample");
        _latents = roles.Output("float latents of rank 4", s => s.IsFloat && s.Rank == 4, "latent_parameters", "latent_sample");
        roles.RefuseOtherInputs();
    }

    /// <summary>The model file.</summary>
    public string File => _session.File;

    /// <summary>The input that holds the image.</summary>
    public OnnxTensorSpec Image => _image;

    /// <summary>Encodes one image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="erased">What is white in it is gray in what is encoded; null for the image as it is.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="last">Whether no other image is soon to be encoded.</param>
    /// <returns>
    /// Of shape [1, c, h, w] where the exporter took the most likely latents, or [1, 2c, h, w] where it left the choice: means, then
    /// logarithms of variances. Before the scaling factor; the caller disposes it.
    /// </returns>
    public OnnxResult Encode(RgbImage image, GrayImage? erased, RunScope scope, bool last = true)
    {
        using OnnxTensor input = new(_image.Type, 1, RgbImage.Channels, image.Height, image.Width);
        PixelPlanes.Write(image, input.Values);
        if (erased is not null)
        {
            PixelPlanes.Erase(erased, input.Values);
        }

        input.Commit();
        return _session.Run(new Dictionary<string, OrtValue> { [_image.Name] = input.Value }, _latents, scope, last);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();
}
