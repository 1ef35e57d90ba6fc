namespace SdFleet.Diffusion.Onnx;

/// <summary>ONNX Runtime failed while it ran a model that it had loaded.</summary>
public sealed class InferenceException : Exception
{
    internal InferenceException(string file, Exception innerException)
        : base($"{file} failed: {innerException.Message}", innerException) => File = file;

    /// <summary>The model file.</summary>
    public string File { get; }
}
