using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Devices;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Models;

/// <summary>What makes a worker's pictures.</summary>
internal abstract class ImageModel : IDisposable
{
    /// <summary>SHA-256 over the model's files, lower-case hex.</summary>
    public abstract string Digest { get; }

    /// <summary>Version of what computes.</summary>
    public abstract string RuntimeVersion { get; }

    /// <summary>Execution provider, such as <c>Cpu</c>.</summary>
    public abstract string Provider { get; }

    /// <summary>The device that computes.</summary>
    public abstract string Device { get; }

    /// <summary>Whether it can say which pictures are unsafe.</summary>
    public virtual bool HasSafetyChecker => false;

    /// <summary>The memory of the GPU that computes, now; null where none does, or it does not tell. Any thread may ask.</summary>
    public virtual GpuMemory? ReadGpuMemory() => null;

    /// <summary>What it is made for.</summary>
    /// <param name="name">Its name in the fleet.</param>
    /// <param name="maxSide">Longest side that it may be asked for.</param>
    public abstract ModelShape Shape(string name, int maxSide);

    /// <summary>Makes one picture a task, in order. Tasks share size, steps and scheduler.</summary>
    /// <param name="tasks">What to make.</param>
    /// <param name="settings">What they have in common.</param>
    /// <param name="progress">Told of each denoising step, on this thread.</param>
    /// <param name="cancellationToken">Heeded between two steps.</param>
    /// <exception cref="ArgumentException">A task cannot be carried out as written.</exception>
    public abstract IReadOnlyList<GeneratedImage> Generate(
        IReadOnlyList<GenerationTask> tasks, PassSettings settings, IProgress<GenerationProgress> progress, CancellationToken cancellationToken);

    /// <summary>Frees the device.</summary>
    public abstract void Dispose();
}
