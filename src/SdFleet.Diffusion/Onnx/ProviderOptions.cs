using System.Globalization;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The settings of each provider in ONNX Runtime's own words.</summary>
internal static class ProviderOptions
{
    /// <summary>
    /// For CUDA. Deterministic means: cuDNN's default algorithm for convolutions instead of the one that happens to be the fastest at this
    /// start, and full float32 products instead of TF32's, whose use differs between GPUs.
    /// </summary>
    public static Dictionary<string, string> Cuda(OnnxRuntimeOptions options) => new()
    {
        ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),
        ["cudnn_conv_algo_search"] = options.Deterministic ? "DEFAULT" : "HEURISTIC",
        ["use_tf32"] = options.Deterministic ? "0" : "1",

        // Takes what is needed and not the next power of two: what it has taken it keeps.
        ["arena_extend_strategy"] = "kSameAsRequested",
    };

    /// <summary>
    /// For TensorRT, which measures at each build of an engine which kernels are fastest, so that two builds may differ: deterministic is
    /// what an engine of the cache gives.
    /// </summary>
    public static Dictionary<string, string> TensorRt(OnnxRuntimeOptions options)
    {
        Dictionary<string, string> settings = new() { ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture) };
        if (options.EngineCache is { } folder)
        {
            settings["trt_engine_cache_enable"] = "1";
            settings["trt_engine_cache_path"] = folder;
            settings["trt_timing_cache_enable"] = "1";
            settings["trt_timing_cache_path"] = folder;
        }

        return settings;
    }

    /// <summary>For a provider in a library of its own: the device is chosen by itself, and the library takes care of its memory.</summary>
    public static Dictionary<string, string> Library(OnnxRuntimeOptions options)
    {
        Dictionary<string, string> settings = options.Provider == ExecutionProvider.TensorRt ? TensorRt(options) : Cuda(options);
        settings.Remove("device_id");
        settings.Remove("arena_extend_strategy");
        return settings;
    }
}
