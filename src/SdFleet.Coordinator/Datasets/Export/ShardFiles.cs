using System.Security.Cryptography;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>The files of a shard while it is written: nobody sees them before all of them are complete and published.</summary>
internal sealed class ShardFiles(IFileTree place) : IAsyncDisposable
{
    private readonly IFileTreeStage _stage = place.Stage();
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<ExportFile> _listed = [];
    private readonly SortedSet<string> _ownFolders = new(StringComparer.Ordinal);

    /// <summary>Writes a file that the index lists.</summary>
    /// <param name="path">Relative, with forward slashes.</param>
    /// <param name="write">Writes it; the stream cannot seek.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(string path, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        _paths.Add(path);
        await using var file = await _stage.CreateAsync(path, cancellationToken);
        await using var hashing = new HashingStream(file);
        await write(hashing);
        _listed.Add(new ExportFile(path, hashing.Written, hashing.Sha256()));
    }

    /// <summary>Says of a folder that it holds files of this shard only.</summary>
    /// <param name="folder">With a slash at its end.</param>
    public void Own(string folder) => _ownFolders.Add(folder);

    /// <summary>Writes a file whose digest stands in one of the listed, into a folder of the shard's own.</summary>
    public async Task AddUnlistedAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _paths.Add(path);
        await using var file = await _stage.CreateAsync(path, cancellationToken);
        await file.WriteAsync(content, cancellationToken);
    }

    /// <summary>Puts everything in its place.</summary>
    /// <returns>The files that the index lists.</returns>
    public async Task<IReadOnlyList<ExportFile>> PublishAsync(CancellationToken cancellationToken)
    {
        await _stage.PublishAsync(cancellationToken);
        await RemoveStaleAsync(cancellationToken);
        return _listed;
    }

    /// <summary>Puts nothing in its place, and takes away what an earlier run put there.</summary>
    public async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        await RemoveStaleAsync(cancellationToken);
        foreach (var path in _paths)
        {
            await place.RemoveAsync(path, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    // What an earlier run put there and this one did not: a reader of folders would take it for a part of the dataset.
    private async Task RemoveStaleAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in _ownFolders)
        {
            var stale = await place.ListAsync(folder, cancellationToken).Where(f => !_paths.Contains(f.Name)).Select(f => f.Name).ToListAsync(cancellationToken);
            foreach (var file in stale)
            {
                await place.RemoveAsync(file, cancellationToken);
            }
        }
    }

    /// <summary>Passes on what is written to it, and remembers its length and its digest.</summary>
    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer);
            _hash.AppendData(buffer);
            Written += buffer.Length;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            _hash.AppendData(buffer.Span);
            Written += buffer.Length;
        }

        public override void Flush()
        {
            // The inner one flushes when it ends.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _hash.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
