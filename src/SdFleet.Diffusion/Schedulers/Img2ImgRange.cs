namespace SdFleet.Diffusion.Schedulers;

/// <summary>The part of a schedule that image-to-image runs through.</summary>
/// <param name="FirstIndex">
/// The first index into <see cref="Scheduler.Timesteps"/>; equal to their number where nothing is to be done.
/// </param>
/// <param name="Steps">How many of the requested inference steps that leaves.</param>
public readonly record struct Img2ImgRange(int FirstIndex, int Steps);
