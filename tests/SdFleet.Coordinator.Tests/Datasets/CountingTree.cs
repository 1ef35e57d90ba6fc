using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

/// <summary>A place that counts how often each file is written.</summary>
internal sealed class CountingTree(IFileTree inner) : IFileTree
{
    public Dictionary<string, int> Writes { get; } = [];

    public string Place => inner.Place;

    public Task PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

    public Task<IFileTreeLock?> TryLockAsync(TimeSpan patience, CancellationToken cancellationToken) => inner.TryLockAsync(patience, cancellationToken);

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) => inner.OpenReadAsync(path, cancellationToken);

    public Task<long?> FindLengthAsync(string path, CancellationToken cancellationToken) => inner.FindLengthAsync(path, cancellationToken);

    public IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public IFileTreeStage Stage() => new CountingStage(inner.Stage(), Writes);

    public Task RemoveAsync(string path, CancellationToken cancellationToken) => inner.RemoveAsync(path, cancellationToken);

    public Task ClearAsync(CancellationToken cancellationToken) => inner.ClearAsync(cancellationToken);

    private sealed class CountingStage(IFileTreeStage inner, Dictionary<string, int> writes) : IFileTreeStage
    {
        public Task<Stream> CreateAsync(string path, CancellationToken cancellationToken)
        {
            writes[path] = writes.GetValueOrDefault(path) + 1;
            return inner.CreateAsync(path, cancellationToken);
        }

        public Task PublishAsync(CancellationToken cancellationToken) => inner.PublishAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
