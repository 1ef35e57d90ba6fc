using System.Text.RegularExpressions;

namespace SdFleet.Diffusion.Onnx;

/// <summary>What to do about a provider that cannot be had, from what the system said.</summary>
internal static partial class ProviderRemedy
{
    // Beginnings of library names, the longer first; {0} is the number behind ".so.".
    private static readonly (string Library, string Remedy)[] Owners =
    [
        ("libonnxruntime_providers", "it comes with the package Microsoft.ML.OnnxRuntime.Gpu, and belongs beside libonnxruntime.so"),
        ("libcublas", "it belongs to cuBLAS of CUDA {0}"),
        ("libcudart", "it belongs to the runtime of CUDA {0}"),
        ("libcudnn", "it belongs to cuDNN {0}"),
        ("libcufft", "it belongs to CUDA's cuFFT {0}"),
        ("libcurand", "it belongs to CUDA's cuRAND {0}"),
        ("libnvrtc", "it belongs to NVRTC of CUDA {0}"),
        ("libnvinfer", "it belongs to TensorRT {0}"),
        ("libnvonnxparser", "it belongs to TensorRT {0}"),
        ("libcuda.", "it belongs to NVIDIA's driver"),
    ];

    /// <summary>A sentence or two; never empty.</summary>
    /// <param name="message">What ONNX Runtime or the loader said.</param>
    /// <param name="library">The library that was asked for; null for what is built in.</param>
    public static string For(string message, string? library)
    {
        if (MissingLibrary().Match(message) is { Success: true } missing)
        {
            string file = missing.Groups["file"].Value, version = missing.Groups["version"].Value;
            string name = Path.GetFileName(file);
            string owner = Owners.FirstOrDefault(o => name.StartsWith(o.Library, StringComparison.Ordinal)).Remedy is { } found
                ? $": {found.Replace("{0}", version, StringComparison.Ordinal).TrimEnd()}" : "";
            return $"{name} is missing{owner}. Install it where the loader looks (ldconfig, or LD_LIBRARY_PATH).";
        }

        if (message.Contains("not enabled in this build", StringComparison.Ordinal))
        {
            return "This build of ONNX Runtime is without it: take the package Microsoft.ML.OnnxRuntime.Gpu, or name the provider's own " +
                "library as ProviderLibrary.";
        }

        if (NoGpu().IsMatch(message))
        {
            return "No GPU is seen: nvidia-smi shows what the driver sees; in a container the GPU must be passed in.";
        }

        return library is null
            ? "Choose the processor (Cpu), or allow it as a fallback (AllowCpuFallback)."
            : $"ProviderLibrary must be a library for ONNX Runtime {OnnxEnvironment.Version} or newer that exports CreateEpFactories.";
    }

    [GeneratedRegex(@"(?<file>[\w./+-]*lib[\w+-]+\.so(\.(?<version>\d+))?[\d.]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();

    [GeneratedRegex("no CUDA-capable device|driver version is insufficient|CUDA failure (35|100)|offers 0 devices", RegexOptions.IgnoreCase)]
    private static partial Regex NoGpu();
}
