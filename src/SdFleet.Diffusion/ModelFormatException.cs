namespace SdFleet.Diffusion;

/// <summary>
/// A model folder or one of its files is not what this library can run. Raised while loading, never while generating.
/// </summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Creates the error from its three facts; <see cref="Exception.Message"/> joins them into one sentence.</summary>
    /// <param name="file">The file (or folder) at fault.</param>
    /// <param name="expected">What was expected, as a noun phrase.</param>
    /// <param name="found">What was found, as a noun phrase.</param>
    /// <param name="innerException">The failure underneath, if there was one.</param>
    public ModelFormatException(string file, string expected, string found, Exception? innerException = null)
        : base($"{file}: expected {expected}, found {found}.", innerException)
    {
        File = file;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file or folder at fault.</summary>
    public string File { get; }

    /// <summary>What was expected there.</summary>
    public string Expected { get; }

    /// <summary>What was found instead.</summary>
    public string Found { get; }
}
