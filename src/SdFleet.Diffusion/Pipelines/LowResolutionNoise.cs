using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>How an upscaler noises the small image.</summary>
/// <param name="Schedule">How much noise each level is.</param>
/// <param name="MaxLevel">The highest level that may be asked for.</param>
internal sealed record LowResolutionNoise(NoiseSchedule Schedule, int MaxLevel)
{
    // diffusers' own, for folders that do not say.
    private const int UsualMaxLevel = 350;

    // That of the x4 upscaler, for folders that have none.
    private static readonly SchedulerConfig UsualConfig = new()
    {
        ClassName = "DDPMScheduler",
        BetaStart = 0.0001,
        BetaEnd = 0.02,
        BetaSchedule = "scaled_linear",
    };

    /// <summary>Reads what a model folder says of it.</summary>
    /// <exception cref="ModelFormatException">What it says is no scheduler configuration.</exception>
    public static LowResolutionNoise Load(ModelFolder folder)
    {
        string file = folder.SchedulerFile(ModelComponents.LowResScheduler);
        SchedulerConfig config = File.Exists(file) ? folder.ReadScheduler(ModelComponents.LowResScheduler) : UsualConfig;
        try
        {
            NoiseSchedule schedule = Scheduler.Create(config).NoiseSchedule;
            return new(schedule, Math.Min(folder.MaxNoiseLevel ?? UsualMaxLevel, schedule.Length - 1));
        }
        catch (ArgumentException error)
        {
            throw new ModelFormatException(file, "a scheduler configuration", error.Message, error);
        }
    }
}
