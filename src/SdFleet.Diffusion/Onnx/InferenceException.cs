namespace SdFleet.Diffusion.Onnx;

/// <summary>ONNX Runtime failed while it ran a model that it had loaded.</summary>
public sealed class InferenceException : Exception
{
    internal InferenceException(string file, Exception innerException)
        : this(file, $"{file} failed: {innerException.Message}", innerException)
    {
    }

    internal InferenceException(string file, string message, Exception innerException)
        : base(message, innerException)
    {
        File = file;
        IsOutOfMemory = OutOfMemory.Is(innerException);
    }

    /// <summary>The model file.</summary>
    public string File { get; }

    /// <summary>Whether there was too little memory: the same model may well run on a smaller image.</summary>
    public bool IsOutOfMemory { get; }
}
