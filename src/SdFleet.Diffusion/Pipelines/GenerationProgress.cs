namespace SdFleet.Diffusion.Pipelines;

/// <summary>How far a batch has come; reported after each step, on the thread that generates.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Steps">
/// Steps in all. Each is one run of the U-Net, so there are more than were asked for where a scheduler takes several a step.
/// </param>
/// <param name="Images">Images in the batch.</param>
/// <param name="Elapsed">Time since the generation began.</param>
public readonly record struct GenerationProgress(int Step, int Steps, int Images, TimeSpan Elapsed);
