using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Tests;

/// <summary>A depth estimator whose depths are the mean of the normalized channels, in the size that the image comes in.</summary>
internal static class TinyDepthEstimator
{
    public static TemporaryFolder Write(TemporaryFolder folder, string? config = null, string configFolder = "depth_estimator")
    {
        if (config is not null)
        {
            folder.Write($"{configFolder}/preprocessor_config.json", config);
        }

        return folder.Write("depth_estimator/model.onnx", new OnnxBuilder()
            .Input("pixel_values", TensorElementType.Float, "batch", 3, "height", "width")
            .Constant("channels", [1L], 1)
            .Node("ReduceMean", "pixel_values", "mean", "axes", 1)
            .Node("Squeeze", "mean channels", "predicted_depth")
            .Output("predicted_depth", TensorElementType.Float, "batch", "height", "width")
            .Build());
    }
}
