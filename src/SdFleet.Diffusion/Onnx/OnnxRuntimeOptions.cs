using System.Collections.Frozen;

namespace SdFleet.Diffusion.Onnx;

/// <summary>How models are loaded and run.</summary>
public sealed record OnnxRuntimeOptions
{
    /// <summary>What computes. Default: the processor.</summary>
    public ExecutionProvider Provider { get; init; }

    /// <summary>
    /// Whether the processor may stand in where <see cref="Provider"/> cannot be had. Default no: that is an error then. What was taken,
    /// and why, is in <see cref="Pipelines.PipelineInfo"/>.
    /// </summary>
    public bool AllowCpuFallback { get; init; }

    /// <summary>
    /// A library with the provider, for builds of ONNX Runtime that do not have it built in: the file of a plug-in execution provider, such
    /// as libonnxruntime_providers_cuda.so of a CUDA plug-in. Null, the default, takes what is built in. Goes with
    /// <see cref="ExecutionProvider.Cuda"/> and <see cref="ExecutionProvider.TensorRt"/>.
    /// </summary>
    public string? ProviderLibrary { get; init; }

    /// <summary>
    /// A folder in which TensorRT keeps the engines that it has built, which takes minutes; null, the default, for none. With
    /// <see cref="Deterministic"/>, images are only the same from start to start with one.
    /// </summary>
    public string? EngineCache { get; init; }

    /// <summary>Which GPU, counted from 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>
    /// Threads that work on one operator, 1 to 1024; 0, the default, takes one a processor core. For the same bits on machines with different
    /// numbers of cores this must be given.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether threads that wait for work keep their core busy. A little faster on a machine of one's own, slower for everybody on a shared
    /// one. Default no.
    /// </summary>
    public bool SpinningThreads { get; init; }

    /// <summary>
    /// Whether only algorithms are taken that give the same bits each time, as far as there are such. Default yes. It asks all providers for
    /// deterministic kernels. The processor then gives the same bits for the same <see cref="Threads"/> and the same batch; another
    /// processor does where it has the same vector instructions and, with <see cref="FuseAttention"/>, a second cache of the same size
    /// (<see cref="Pipelines.PipelineInfo.AttentionCacheBytes"/>): without it, that size does not count. CUDA takes
    /// cuDNN's default convolutions and no TF32: the same bits on the same model of GPU. TensorRT chooses kernels by measuring them when it
    /// builds an engine: the same bits from the same engine (<see cref="EngineCache"/>).
    /// </summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>
    /// Whether attention that a model writes out as single operations is computed in one, in blocks, so that its scores are never in
    /// memory as a whole: with Stable Diffusion 1.5 at 512x512 they are 2 GB, twice. Default yes. Only the processor does; other providers
    /// have their own ways. Results differ by rounding. Models whose attention has a mask, as text encoders', stay as they are, and files
    /// never change. It holds whatever <see cref="Optimization"/> says. Where the system does not tell the size of the processor's second
    /// cache, which the blocks go by, as Linux on many ARM machines, nothing is fused.
    /// </summary>
    public bool FuseAttention { get; init; } = true;

    /// <summary>
    /// How far models are rewritten at load. Default (null): as far as possible, but on the processor the convolutions of a model file with
    /// more than 1 GB of weights keep their layout. ONNX Runtime copies their weights several times to lay them out anew: loading Stable
    /// Diffusion 1.5's U-Net took five times as long so, and a step of it no less time (infra/sd15).
    /// </summary>
    public GraphOptimization? Optimization { get; init; }

    /// <summary>Entries of a session's configuration beside those that are set here: for benchmarks that try what they do.</summary>
    internal IReadOnlyDictionary<string, string> SessionEntries { get; init; } = FrozenDictionary<string, string>.Empty;

    internal void Validate()
    {
        Check(nameof(Provider), (int)Provider, 0, (int)ExecutionProvider.TensorRt);
        Check(nameof(DeviceId), DeviceId, 0, 1023);
        Check(nameof(Threads), Threads, 0, 1024);
        if (ProviderLibrary is not null)
        {
            if (Provider == ExecutionProvider.Cpu)
            {
                throw new ArgumentException($"{nameof(ProviderLibrary)} is \"{ProviderLibrary}\"; the provider Cpu needs none.", nameof(ProviderLibrary));
            }

            if (!File.Exists(ProviderLibrary) && !AllowCpuFallback)
            {
                throw new ArgumentException($"{nameof(ProviderLibrary)} is \"{ProviderLibrary}\"; there is no such file.", nameof(ProviderLibrary));
            }
        }

        Check(nameof(Optimization), (int)(Optimization ?? GraphOptimization.All), 0, (int)GraphOptimization.All);
    }

    private static void Check(string field, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException(FormattableString.Invariant($"{field} is {value}; it must be within {min} to {max}."), field);
        }
    }
}
