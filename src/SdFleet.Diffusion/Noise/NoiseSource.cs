namespace SdFleet.Diffusion.Noise;

/// <summary>Whose random numbers a seed gives: PyTorch's differ between its CPU and its CUDA generator.</summary>
public enum NoiseSource
{
    /// <summary>As <c>torch.Generator("cpu")</c>: the same on every machine.</summary>
    Cpu,

    /// <summary>As <c>torch.Generator("cuda")</c>.</summary>
    Cuda,
}
