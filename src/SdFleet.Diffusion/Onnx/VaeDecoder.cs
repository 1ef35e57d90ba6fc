using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The decoder of a model's autoencoder: latents in, an image out. Safe for use from several threads.</summary>
internal sealed class VaeDecoder : IDisposable
{
    private readonly OnnxSession _session;
    private readonly OnnxTensorSpec _latents;
    private readonly OnnxTensorSpec _image;

    public VaeDecoder(OnnxSession session)
    {
        OnnxRoles roles = new(session, "a VAE decoder");
        _session = session;
        _latents = roles.Input("float latents of rank 4", s => s.IsFloat && s.Rank == 4, "latent_sample");
        _image = roles.Output("a float image of rank 4", s => s.IsFloat && s.Rank == 4, "sample");
        roles.RefuseOtherInputs();
    }

    /// <summary>The model file.</summary>
    public string File => _session.File;

    /// <summary>The input that holds the latents.</summary>
    public OnnxTensorSpec Latents => _latents;

    /// <summary>The latents' channels where the model says them, else -1.</summary>
    public int LatentChannels => _latents.Dimensions[1];

    /// <summary>
    /// Decodes one image. One and not a batch: the decoder needs far more memory an image than the U-Net, and half-precision decoders have
    /// given wrong images in batches.
    /// </summary>
    /// <param name="latents">The latents, multiplied with <paramref name="scale"/> on the way in.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="scale">One over the autoencoder's scaling factor.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="last">Whether no other image is soon to be decoded.</param>
    /// <returns>Three planes in -1 to 1, a little beyond at times; the caller disposes it.</returns>
    public OnnxResult Decode(ReadOnlySpan<float> latents, LatentShape shape, float scale, RunScope scope, bool last = true)
    {
        using OnnxTensor input = new(_latents.Type, shape.ToBatch(1));
        Schedulers.VectorMath.Scale(input.Values, scale, latents);
        input.Commit();
        return _session.Run(new Dictionary<string, OrtValue> { [_latents.Name] = input.Value }, _image, scope, last);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();
}
