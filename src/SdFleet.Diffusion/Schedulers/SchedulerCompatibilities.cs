namespace SdFleet.Diffusion.Schedulers;

/// <summary>Finds the <see cref="SchedulerCompatibility"/> of a diffusers release.</summary>
public static class SchedulerCompatibilities
{
    // 0.26 moved the end of DPM-Solver's schedule to sigma 0 ("final_sigmas_type"): the difference one sees in images.
    private static readonly Version FirstCurrent = new(0, 26);

    /// <summary>
    /// The generation that a diffusers release, such as <c>0.21.4</c> or <c>0.27.0.dev0</c>, belongs to;
    /// <see cref="SchedulerCompatibility.Current"/> where <paramref name="diffusersVersion"/> is null or empty.
    /// </summary>
    /// <remarks>
    /// <see cref="SchedulerConfig.DiffusersVersion"/> is the release that saved the file, not the one that runs it, and diffusers itself
    /// pays no heed to it. So nothing here uses it unasked: pass it to make an image as it was when the file was written.
    /// </remarks>
    /// <exception cref="ArgumentException">The text is not a version.</exception>
    public static SchedulerCompatibility FromDiffusersVersion(string? diffusersVersion)
    {
        if (string.IsNullOrEmpty(diffusersVersion))
        {
            return SchedulerCompatibility.Current;
        }

        string[] parts = diffusersVersion.Split('.');
        return parts.Length >= 2 && Version.TryParse($"{parts[0]}.{parts[1]}", out Version? version)
            ? version < FirstCurrent ? SchedulerCompatibility.V021 : SchedulerCompatibility.Current
            : throw new ArgumentException($"\"{diffusersVersion}\" is not a diffusers version such as 0.27.2.", nameof(diffusersVersion));
    }
}
