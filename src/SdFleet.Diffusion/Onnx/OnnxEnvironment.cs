using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>ONNX Runtime itself: one a process, made at first use.</summary>
internal static class OnnxEnvironment
{
    private static readonly Lazy<OrtEnv> Shared = new(Create);

    /// <summary>ONNX Runtime's version, such as 1.29.0.</summary>
    public static string Version => Shared.Value.GetVersionString();

    /// <summary>The environment.</summary>
    public static OrtEnv Instance => Shared.Value;

    /// <summary>Makes the environment unless it is there, so that its settings and not the defaults hold.</summary>
    public static void Ensure() => _ = Shared.Value;

    private static OrtEnv Create()
    {
        if (OrtEnv.IsCreated)
        {
            return OrtEnv.Instance();
        }

        EnvironmentCreationOptions options = new()
        {
            logId = "SdFleet",
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
        };
        OrtEnv environment = OrtEnv.CreateInstanceWithOptions(ref options);

        // Only Microsoft's builds for Windows send any.
        environment.DisableTelemetryEvents();
        return environment;
    }
}
