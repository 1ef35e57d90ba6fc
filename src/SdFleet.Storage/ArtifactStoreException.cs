namespace SdFleet.Storage;

/// <summary>The artifact store could not do what was asked. The message says what, where, and what to do.</summary>
public sealed class ArtifactStoreException : Exception
{
    /// <summary>Creates it.</summary>
    public ArtifactStoreException(string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True where the same call may work a little later. Every operation can be repeated safely.</summary>
    public bool IsTransient { get; }

    /// <summary>
    /// True where the store works and the artifact is at fault: its bytes are not those that were stored. Everything else is the fault of the
    /// store, of the way to it or of how it is set up, whatever was asked of it.
    /// </summary>
    public bool IsDamage { get; init; }
}
