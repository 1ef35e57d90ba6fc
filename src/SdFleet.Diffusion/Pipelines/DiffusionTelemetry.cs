using System.Diagnostics;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Where a generation's time goes, for whoever listens.</summary>
public static class DiffusionTelemetry
{
    /// <summary>The name of the activity source; its activities are text_encode, denoise and vae_decode.</summary>
    public const string SourceName = "SdFleet.Diffusion";

    /// <summary>
    /// The name of the histogram, in the meter <see cref="SourceName"/>, of the seconds that each run of a model took inside ONNX Runtime;
    /// the tag sdfleet.component says which, such as unet, and sdfleet.memory whether what the run took beside the weights was kept for the
    /// next one or returned to the system.
    /// </summary>
    public const string RunDuration = "sdfleet.model.run.duration";

    /// <summary>
    /// The name of the histogram, in the same meter, of the seconds that each phase of loading a model took; the tag sdfleet.component says
    /// which model, sdfleet.phase which phase: read, adapt, rewrite or session.
    /// </summary>
    public const string LoadDuration = "sdfleet.model.load.duration";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins an activity, or gives null where nobody listens.</summary>
    internal static Activity? Start(string name, int images) => Source.StartActivity(name)?.SetTag("sdfleet.images", images);
}
