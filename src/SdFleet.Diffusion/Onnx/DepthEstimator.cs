using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Onnx;

/// <summary>A network that tells depth from one image, such as DPT. Safe for use from several threads.</summary>
internal sealed class DepthEstimator : IDisposable
{
    private readonly OnnxSession _session;
    private readonly DepthPreprocessing _preprocessing;
    private readonly OnnxTensorSpec _pixels;
    private readonly OnnxTensorSpec _depth;

    public DepthEstimator(OnnxSession session, DepthPreprocessing preprocessing)
    {
        OnnxRoles roles = new(session, "a depth estimator");
        _session = session;
        _preprocessing = preprocessing;
        _pixels = roles.Input("float pixels of rank 4", s => s.IsFloat && s.Rank == 4, "pixel_values");
        _depth = roles.Output("float depths of rank 3 or 4", s => s.IsFloat && s.Rank is 3 or 4, "predicted_depth");
        roles.RefuseOtherInputs();
    }

    /// <summary>The depths of an image, in the size that the network gives; larger is nearer.</summary>
    public DepthMap Estimate(RgbImage image, RunScope scope)
    {
        RgbImage resized = _preprocessing.Resize(image);
        using OnnxTensor input = new(_pixels.Type, 1, RgbImage.Channels, resized.Height, resized.Width);
        _preprocessing.Write(resized, input.Values);
        input.Commit();
        using OnnxResult result = _session.Run(new Dictionary<string, OrtValue> { [_pixels.Name] = input.Value }, _depth, scope);

        // [1, h, w], or [1, 1, h, w].
        if (result.Shape.SkipLast(2).Any(size => size != 1) || result.Values.IsEmpty)
        {
            throw new ModelFormatException(_session.File, "depths of shape [1,h,w]", $"[{string.Join(',', result.Shape)}]");
        }

        try
        {
            return new((int)result.Shape[^1], (int)result.Shape[^2], result.Values.ToArray());
        }
        catch (ArgumentException error)
        {
            throw new InferenceException(_session.File, error);
        }
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();
}
