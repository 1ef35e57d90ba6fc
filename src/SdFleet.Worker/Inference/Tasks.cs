using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;
using DiffusionNoise = SdFleet.Diffusion.Noise.NoiseSource;

namespace SdFleet.Worker.Inference;

/// <summary>From the fleet's words to the inference library's.</summary>
internal static class Tasks
{
    /// <summary>One task a picture; picture i has seed + i.</summary>
    public static IReadOnlyList<GenerationTask> Of(GenerateImages work, SafetyCheck safety) =>
        [.. Enumerable.Range(0, work.Images).Select(i => new GenerationTask
        {
            Prompt = work.Recipe.Prompt,
            NegativePrompt = work.Recipe.NegativePrompt,
            Width = work.Recipe.Width,
            Height = work.Recipe.Height,
            Steps = work.Recipe.Steps,
            GuidanceScale = work.Recipe.GuidanceScale,
            Scheduler = new SchedulerOptions { Name = work.Recipe.Scheduler },
            Seed = work.Recipe.Seed + i,
            SafetyCheck = safety,
            NoiseSource = work.Recipe.NoiseSource == NoiseSource.Cuda ? DiffusionNoise.Cuda : DiffusionNoise.Cpu,
        })];
}
