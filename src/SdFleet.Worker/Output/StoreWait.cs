using SdFleet.Storage;

namespace SdFleet.Worker.Output;

/// <summary>What one attempt has had to wait for the artifact store, in all its calls together, several of which may go on at once.</summary>
internal sealed class StoreWait
{
    private readonly Lock _lock = new();
    private long? _since;
    private ArtifactStoreException? _lastError;

    /// <summary>When the first call began that failed, as a timestamp; null before that.</summary>
    public long? Since
    {
        get
        {
            lock (_lock)
            {
                return _since;
            }
        }
    }

    /// <summary>What the store said last; null before a call has failed.</summary>
    public ArtifactStoreException? LastError
    {
        get
        {
            lock (_lock)
            {
                return _lastError;
            }
        }
    }

    /// <summary>Notes a call that failed.</summary>
    /// <param name="began">When it began.</param>
    /// <param name="error">What the store said.</param>
    public void Note(long began, ArtifactStoreException error)
    {
        lock (_lock)
        {
            _since ??= began;
            _lastError = error;
        }
    }
}
