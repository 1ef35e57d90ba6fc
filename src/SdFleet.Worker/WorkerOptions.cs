using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Hosting.Configuration;
using SdFleet.Worker.Models;

namespace SdFleet.Worker;

/// <summary>Settings under <c>SdFleet:Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Worker";

    /// <summary>Name of the one model this worker loads; may be left out where only one is configured.</summary>
    public string? Model { get; set; }

    /// <summary>
    /// The digest that the model's folder must have (<c>sdfleet models inspect</c> prints it): the worker does not load another
    /// one. Default any.
    /// </summary>
    public string? ModelDigest { get; set; }

    /// <summary>
    /// Most pictures in one pass through the model: jobs that agree go together up to this many, and one that asks for more
    /// takes several passes. Also how many messages of each lane are fetched ahead. Default 4.
    /// </summary>
    public int MaxBatchImages { get; set; } = 4;

    /// <summary>What runs the model. Default the CPU.</summary>
    public ExecutionProvider Provider { get; set; } = ExecutionProvider.Cpu;

    /// <summary>The file of a plug-in library with the provider; null, the default, for what ONNX Runtime has built in.</summary>
    public string? ProviderLibrary { get; set; }

    /// <summary>Folder in which TensorRT keeps its engines; null, the default, for none.</summary>
    public string? EngineCache { get; set; }

    /// <summary>Whether the CPU may stand in where the provider cannot be had; it is logged as a warning. Default no.</summary>
    public bool AllowCpuFallback { get; set; }

    /// <summary>Whether only algorithms that give the same bits each time are taken. Default yes.</summary>
    public bool Deterministic { get; set; } = true;

    /// <summary>What to do with the model's safety checker: Off (default), Flag, which logs what it objects to, or Blank.</summary>
    public SafetyCheck SafetyCheck { get; set; }

    /// <summary>
    /// The folder of a CLIP model, as optimum exports it for feature extraction, that pictures are scored with; it runs on the CPU. The
    /// model has to be listed with HasClip then. Default none.
    /// </summary>
    public string? ClipModel { get; set; }

    /// <summary>
    /// A folder with LoRAs, safetensors files that jobs may name without their extension; read when the worker starts. Default none.
    /// </summary>
    public string? LoraFolder { get; set; }

    /// <summary>Which GPU, from 0.</summary>
    public int DeviceId { get; set; }

    /// <summary>
    /// What an hour of this worker's device costs, in whatever money the fleet counts; above 0, at most 10000. Default null: the price of
    /// its model (<c>SdFleet:Models:N:PricePerGpuHour</c>). For a worker that knows its pool, as a spot node costs less.
    /// </summary>
    public double? PricePerGpuHour { get; set; }

    /// <summary>Threads of one pass on the CPU; 0 for one a core.</summary>
    public int Threads { get; set; }

    /// <summary>Whether the CPU computes attention in blocks rather than as a whole, which takes gigabytes. Default yes.</summary>
    public bool FuseAttention { get; set; } = true;

    /// <summary>How often the worker says that it is alive. Default 5 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A denoising step that takes longer counts as hung: the worker's process ends itself. What is done picture by picture, as decoding is,
    /// may take as long for each picture of the pass. Default 2 minutes.
    /// </summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Passes in a row, with different jobs, that the device may fail before the worker stops itself. Default 5.</summary>
    public int MaxDeviceFaults { get; set; } = 5;

    /// <summary>How long the broker may take to confirm a report; that a job is done is then said again, for five minutes. Default 30 s.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an attempt waits for an artifact store that is away, from its first call that fails on: to read the pictures that it begins with,
    /// and to store those that it has made, together. Then it is given back, and its job tried again later. Default 10 minutes, which is the
    /// most: the broker takes back what nobody acknowledges for half an hour, and in that the attempt waits for the model and is made, too.
    /// </summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long what is running may go on once the worker is told to stop; then it is returned. Default 10 s.</summary>
    public TimeSpan FinishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A model that computes nothing, for tests of the fleet.</summary>
    public SyntheticOptions Synthetic { get; } = new();

    internal static IEnumerable<string> Validate(WorkerOptions options)
    {
        if (options.MaxBatchImages is < 1 or > 64)
        {
            yield return $"MaxBatchImages is {options.MaxBatchImages}: 1 to 64";
        }

        if (options.ModelDigest is { } digest && !IsDigest(digest))
        {
            yield return $"ModelDigest is \"{digest}\": 64 digits of 0-9 and a-f";
        }

        if (options.LoraFolder is { } folder && !Directory.Exists(folder))
        {
            yield return $"LoraFolder is {folder}: a folder that is there";
        }

        if (options.DeviceId is < 0 or > 1023)
        {
            yield return $"DeviceId is {options.DeviceId}: 0 to 1023";
        }

        if (options.PricePerGpuHour is { } price && !ModelCatalog.IsPrice(price))
        {
            yield return $"PricePerGpuHour is {price}: {ModelCatalog.PriceRange}";
        }

        if (options.Synthetic.GpuMemory < 0)
        {
            yield return $"Synthetic:GpuMemory is {options.Synthetic.GpuMemory}: 0 or more bytes";
        }

        if (options.ProviderLibrary is not null && options.Provider == ExecutionProvider.Cpu)
        {
            yield return $"ProviderLibrary is {options.ProviderLibrary}: only with the Provider Cuda or TensorRt";
        }

        if (options.Threads is < 0 or > 1024)
        {
            yield return $"Threads is {options.Threads}: 0 to 1024";
        }

        if (options.MaxDeviceFaults is < 1 or > 1000)
        {
            yield return $"MaxDeviceFaults is {options.MaxDeviceFaults}: 1 to 1000";
        }

        foreach (var (name, value, min, max) in new[]
        {
            ("HeartbeatInterval", options.HeartbeatInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            ("StepTimeout", options.StepTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ("PublishTimeout", options.PublishTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            ("StoreTimeout", options.StoreTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            ("Synthetic:StepTime", options.Synthetic.StepTime, TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            ("FinishTimeout", options.FinishTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        })
        {
            if (value < min || value > max)
            {
                yield return $"{name} is {value}: {min} to {max}";
            }
        }
    }

    internal static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
