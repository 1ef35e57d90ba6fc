namespace SdFleet.Diffusion.Onnx;

/// <summary>The execution provider that was asked for cannot be had on this machine.</summary>
public sealed class ProviderUnavailableException : Exception
{
    internal ProviderUnavailableException(ExecutionProvider provider, string reason, Exception? innerException)
        : base($"The execution provider {provider} is not available: {reason}", innerException) => Provider = provider;

    /// <summary>The provider that was asked for.</summary>
    public ExecutionProvider Provider { get; }
}
