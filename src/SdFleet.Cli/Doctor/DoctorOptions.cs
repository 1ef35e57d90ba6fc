namespace SdFleet.Cli.Doctor;

/// <summary>How the doctor looks.</summary>
internal sealed record DoctorOptions
{
    /// <summary>How long a check may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether it may make a queue and an artifact, which go again.</summary>
    public bool Writes { get; init; } = true;

    /// <summary>Whether models are loaded, not only their files read.</summary>
    public bool LoadsModels { get; init; }
}
