namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// Recognises that memory was short. ONNX Runtime has no error code for it, so its providers' words are all there is.
/// </summary>
internal static class OutOfMemory
{
    private static readonly string[] Words =
    [
        "Failed to allocate memory", // arenas of the processor and of CUDA
        "is smaller than requested bytes", // an arena with a limit: "Available memory of ... is smaller than ..."
        "out of memory", // CUDA: "CUDA failure 2: out of memory"; TensorRT: "OutOfMemory" has its own line
        "OutOfMemory",
        "OUT_OF_MEMORY", // CUDA_ERROR_OUT_OF_MEMORY
        "cudaErrorMemoryAllocation",
        "STATUS_ALLOC_FAILED", // cuBLAS and cuDNN
        "bad_alloc", // the C++ library on Linux
        "bad allocation", // and on Windows
    ];

    /// <summary>Whether an error says that memory was short.</summary>
    public static bool Is(Exception error) =>
        error is OutOfMemoryException || Words.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
