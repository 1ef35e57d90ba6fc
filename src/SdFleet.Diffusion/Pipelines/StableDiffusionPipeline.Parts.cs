using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <content>Parts of the model by themselves: the autoencoder, the depth estimator.</content>
public sealed partial class StableDiffusionPipeline
{
    /// <summary>Encodes an image to its most likely latents, as the model's autoencoder has them.</summary>
    /// <param name="image">The image; its sides are multiples of <see cref="PipelineInfo.SizeMultiple"/>.</param>
    /// <param name="cancellationToken">Ends the encoding.</param>
    /// <returns>Latents as the U-Net takes them: multiplied with the autoencoder's scaling factor.</returns>
    /// <exception cref="ArgumentException">The image's size does not fit.</exception>
    /// <exception cref="ModelFormatException">The model has no encoder.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    public Latents Encode(RgbImage image, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(image);
        int factor = _components.Vae.ScaleFactor;
        GenerationLimits.CheckSide(nameof(image.Width), image.Width, factor);
        GenerationLimits.CheckSide(nameof(image.Height), image.Height, factor);
        LatentShape shape = new(_components.LatentChannels, image.Height / factor, image.Width / factor);
        float[] values = new float[shape.Length];
        using RunScope scope = new(cancellationToken);
        _components.Encoder.Encode([image], erased: null, shape, noise: null, values, scope);
        return new(shape.Channels, shape.Height, shape.Width, values);
    }

    /// <summary>Decodes latents, such as <see cref="Encode"/> gives, to an image.</summary>
    /// <param name="latents">Latents as the U-Net takes them, of the model's number of channels.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <returns>An image <see cref="PipelineInfo.SizeMultiple"/> times as large.</returns>
    /// <exception cref="ArgumentException">The latents have another number of channels, or are too large.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    public RgbImage Decode(Latents latents, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(latents);
        GenerationLimits.CheckRange(nameof(latents.Channels), latents.Channels, _components.LatentChannels, _components.LatentChannels);
        int factor = _components.Vae.ScaleFactor;
        GenerationLimits.CheckSide(nameof(latents.Width), latents.Width * factor, factor);
        GenerationLimits.CheckSide(nameof(latents.Height), latents.Height * factor, factor);
        using RunScope scope = new(cancellationToken);
        LatentShape shape = new(latents.Channels, latents.Height, latents.Width);
        return _components.Decoder.Decode(latents.Values, shape, scope).Image;
    }

    /// <summary>Tells how near everything in an image is, with the model's own depth estimator.</summary>
    /// <param name="image">The image, of any size.</param>
    /// <param name="cancellationToken">Ends the estimation.</param>
    /// <returns>The map, in the size and unit that the estimator gives.</returns>
    /// <exception cref="InvalidOperationException">The model has none: see <see cref="PipelineInfo.EstimatesDepth"/>.</exception>
    /// <exception cref="InferenceException">The estimator failed.</exception>
    public DepthMap EstimateDepth(RgbImage image, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(image);
        DepthEstimator estimator = _components.Depth
            ?? throw new InvalidOperationException($"{Info.Folder} is no depth-to-image model with a depth_estimator.");
        using RunScope scope = new(cancellationToken);
        return estimator.Estimate(image, scope);
    }
}
