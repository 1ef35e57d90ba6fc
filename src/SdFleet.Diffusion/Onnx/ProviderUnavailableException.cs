namespace SdFleet.Diffusion.Onnx;

/// <summary>The execution provider that was asked for cannot be had on this machine.</summary>
public sealed class ProviderUnavailableException : Exception
{
    internal ProviderUnavailableException(ExecutionProvider provider, string reason, string remedy, Exception? innerException)
        : base($"The execution provider {provider} is not available: {reason} {remedy}", innerException)
    {
        Provider = provider;
        Remedy = remedy;
    }

    /// <summary>The provider that was asked for.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>What to do about it, in a sentence or two.</summary>
    public string Remedy { get; }
}
