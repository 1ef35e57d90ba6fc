using Microsoft.Extensions.Options;
using SdFleet.Diffusion;
using SdFleet.Diffusion.Onnx;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Cli.Embedded;

/// <summary>An embedded fleet cannot start. The message says why, and what to do.</summary>
public sealed class EmbeddedFleetException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Says what <paramref name="error"/> means for whoever wanted to start a fleet.</summary>
    internal static EmbeddedFleetException From(Exception error, EmbeddedFleetOptions options) => error switch
    {
        EmbeddedFleetException known => known,
        AggregateException { InnerExceptions: [var only] } => From(only, options),
        TypeInitializationException { InnerException: { } inner } => From(inner, options),
        OptionsValidationException e => new(
            $"The configuration is wrong:{string.Concat(e.Failures.Select(f => $"{Environment.NewLine}  {f}"))}", e),
        ModelFormatException e => new(
            $"The model cannot be loaded: {e.Message} \"sdfleet models inspect {options.ModelFolder}\" shows what the folder is.", e),
        JobStoreException or ArtifactStoreException => new(
            $"{error.Message} Everything is kept in {Path.GetFullPath(options.DataFolder)}: make it writable, or name another folder with --data.", error),
        ProviderUnavailableException e => new($"{e.Message} SdFleet__Worker__Provider chooses what computes; Cpu is always there.", e),
        DllNotFoundException e => new(
            $"A native library is missing: {e.Message} \"make native\" installs what the fleet needs.", e),
        UnauthorizedAccessException e => new($"{e.Message} Name a folder that you may write to with --data.", e),
        IOException e when e.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) => new(
            $"{e.Message} Something else listens there: stop it, or choose another port with --urls.", e),
        _ => new($"{error.Message} ({error.GetType().Name})", error),
    };
}
