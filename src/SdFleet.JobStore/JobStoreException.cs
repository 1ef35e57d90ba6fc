namespace SdFleet.JobStore;

/// <summary>The job store could not do what was asked. The message says what, where, and what to do.</summary>
public sealed class JobStoreException : Exception
{
    /// <summary>Creates it.</summary>
    public JobStoreException(string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True where the same call may work a little later. Every operation can be repeated safely.</summary>
    public bool IsTransient { get; }
}
