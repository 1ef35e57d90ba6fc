using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The provider that a pipeline's sessions run on: the one asked for, or the processor in its place.</summary>
internal sealed class OnnxDevice
{
    // Bytes of weights. Laying out fewer anew takes no time that shows.
    private const long MostLaidOutAnew = 1L << 30;

    private readonly OnnxRuntimeOptions _options;

    private OnnxDevice(OnnxRuntimeOptions options, ExecutionProvider provider, string? fallbackReason)
    {
        _options = options;
        Provider = provider;
        FallbackReason = fallbackReason;
    }

    /// <summary>The provider that is used.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Why it is not the one that was asked for; null where it is.</summary>
    public string? FallbackReason { get; }

    /// <summary>Whether tensors must be copied to reach the provider.</summary>
    public bool HasOwnMemory => Provider != ExecutionProvider.Cpu;

    /// <summary>Whether written-out attention becomes one operation when a model is loaded.</summary>
    public bool FusesAttention => Fuses(_options, Provider, ProcessorCache.IsHidden);

    /// <summary>The size of the cache that fused attention goes by; null where none is fused, or it is not known.</summary>
    public int? AttentionCacheBytes => FusesAttention ? ProcessorCache.Level2Bytes : null;

    /// <summary>Whether memory can be given back after a run: a GPU's stays for all runs to come.</summary>
    public bool ReleasesMemory => !HasOwnMemory;

    /// <summary>The device in words, such as "CPU" or "GPU 0".</summary>
    public string Name => HasOwnMemory ? FormattableString.Invariant($"GPU {_options.DeviceId}") : "CPU";

    /// <summary>Tries the provider that the options ask for.</summary>
    /// <exception cref="ProviderUnavailableException">It cannot be had, and the options do not allow the processor instead.</exception>
    public static OnnxDevice Open(OnnxRuntimeOptions options)
    {
        options.Validate();
        OnnxEnvironment.Ensure();
        try
        {
            using SessionOptions trial = new();
            AppendProvider(trial, options.Provider, options);
            return new(options, options.Provider, fallbackReason: null);
        }
        catch (Exception error) when (
            error is OnnxRuntimeException or NoDeviceException or EntryPointNotFoundException or DllNotFoundException)
        {
            // A build without a provider lacks its entry points; one whose libraries are missing raises its own error.
            string reason = error is OnnxRuntimeException or NoDeviceException ? error.Message : "it is not enabled in this build.";
            string remedy = ProviderRemedy.For(reason, options.ProviderLibrary);
            return options.AllowCpuFallback
                ? new(options, ExecutionProvider.Cpu, $"{reason} {remedy}")
                : throw new ProviderUnavailableException(options.Provider, reason, remedy, error);
        }
    }

    /// <summary>Whether attention is fused on a provider.</summary>
    /// <param name="options">The options.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="cacheIsHidden">See <see cref="ProcessorCache.IsHidden"/>: an image's attention would then be one thread's work.</param>
    public static bool Fuses(OnnxRuntimeOptions options, ExecutionProvider provider, bool cacheIsHidden) =>
        options.FuseAttention && provider == ExecutionProvider.Cpu && !cacheIsHidden;

    /// <summary>How far a model file is rewritten: see <see cref="OnnxRuntimeOptions.Optimization"/>.</summary>
    /// <param name="weights">Bytes of its weights.</param>
    public GraphOptimization OptimizationOf(long weights) =>
        _options.Optimization ?? (HasOwnMemory || weights <= MostLaidOutAnew ? GraphOptimization.All : GraphOptimization.Extended);

    /// <summary>New session options; the caller disposes them.</summary>
    /// <param name="weights">Bytes of the model file's weights.</param>
    public SessionOptions CreateSessionOptions(long weights)
    {
        SessionOptions session = new()
        {
            IntraOpNumThreads = _options.Threads,
            GraphOptimizationLevel = OptimizationOf(weights) switch
            {
                GraphOptimization.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
                GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
                GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
            },

            // A plan takes a run's memory once more, as one block, beside what the first run took piece by piece; taking it piece by piece
            // costs nothing that shows on the processor.
            EnableMemoryPattern = HasOwnMemory,

            // The models are chains: running nodes side by side gains nothing and costs a second pool.
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
        };
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", _options.SpinningThreads ? "1" : "0");
        session.AddSessionConfigEntry("session.use_deterministic_compute", _options.Deterministic ? "1" : "0");
        foreach ((string key, string value) in _options.SessionEntries)
        {
            session.AddSessionConfigEntry(key, value);
        }

        AppendProvider(session, Provider, _options);
        return session;
    }

    private static void AppendProvider(SessionOptions session, ExecutionProvider provider, OnnxRuntimeOptions options)
    {
        if (provider == ExecutionProvider.Cpu)
        {
            return;
        }

        if (options.ProviderLibrary is { } library)
        {
            ProviderLibraries.Append(session, library, options.DeviceId, ProviderOptions.Library(options));
            return;
        }

        // In order of preference: what TensorRT does not take is CUDA's.
        if (provider == ExecutionProvider.TensorRt)
        {
            using OrtTensorRTProviderOptions tensorRt = new();
            tensorRt.UpdateOptions(ProviderOptions.TensorRt(options));
            session.AppendExecutionProvider_Tensorrt(tensorRt);
        }

        using OrtCUDAProviderOptions cuda = new();
        cuda.UpdateOptions(ProviderOptions.Cuda(options));
        session.AppendExecutionProvider_CUDA(cuda);
    }
}
