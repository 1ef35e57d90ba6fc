namespace SdFleet.Storage;

/// <summary>The right to work in a <see cref="IFileTree"/>, until it is disposed.</summary>
public interface IFileTreeLock : IAsyncDisposable
{
    /// <summary>Ends when the lock was lost to somebody else, as after minutes without a connection.</summary>
    CancellationToken Lost { get; }
}
