namespace SdFleet.Contracts.Jobs;

/// <summary>Which of PyTorch's generators a seed refers to. The same seed gives different pictures in each.</summary>
public enum NoiseSource
{
    /// <summary>PyTorch's CPU generator (Mersenne Twister): the diffusers default, the same on every device.</summary>
    Cpu,

    /// <summary>PyTorch's CUDA generator (Philox), as AUTOMATIC1111 uses on a GPU.</summary>
    Cuda,
}
