namespace SdFleet.Diffusion.Onnx;

/// <summary>What computes the model.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor; always there.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU through CUDA.</summary>
    Cuda,

    /// <summary>An NVIDIA GPU through TensorRT, with CUDA for what TensorRT does not take.</summary>
    TensorRt,
}
