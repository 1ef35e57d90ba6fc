namespace SdFleet.Worker.Models;

/// <summary>Settings under <c>SdFleet:Worker:Synthetic</c>: a model that computes nothing, to test and measure a fleet without one.</summary>
public sealed class SyntheticOptions
{
    /// <summary>Whether the worker makes flat pictures instead of loading its model. Default no.</summary>
    public bool Enabled { get; set; }

    /// <summary>Time of one denoising step. Default none.</summary>
    public TimeSpan StepTime { get; set; }

    /// <summary>Whether prompts may ask for faults (<see cref="SyntheticFault"/>). Default no.</summary>
    public bool Faults { get; set; }

    /// <summary>Bytes of memory of the GPU that the worker says it has, none of them in use, for what shows a fleet's GPUs. Default 0: no GPU.</summary>
    public long GpuMemory { get; set; }

    /// <summary>
    /// A file to which each pass adds a line of JSON a picture before it begins (<see cref="SyntheticRun"/>), so that somebody
    /// can count how often a picture was made. Default none.
    /// </summary>
    public string? Journal { get; set; }
}
