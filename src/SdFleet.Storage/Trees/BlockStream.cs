using System.Buffers.Binary;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using SdFleet.Storage.Blobs;

namespace SdFleet.Storage.Trees;

/// <summary>Cuts what is written to it into blocks, and stages each when it is full: holds one at a time.</summary>
internal sealed class BlockStream(BlockBlobClient blob, BlobContainerClient container, string path, CancellationToken lifetime) : Stream
{
    // A blob has 50,000 blocks at most: 200 GB.
    internal const int BlockBytes = 4 * 1024 * 1024;

    // Most files are small: what is not needed is not taken.
    private const int FirstBytes = 64 * 1024;

    private readonly Guid _writer = Guid.NewGuid();
    private readonly List<string> _blocks = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[FirstBytes];
    private int _filled;
    private string? _sha256;

    /// <summary>Ids of the blocks, in order.</summary>
    public IReadOnlyList<string> Blocks => _blocks;

    /// <summary>Bytes so far.</summary>
    public long Written { get; private set; }

    /// <summary>SHA-256 of all of it, lower-case hex. Only after it was disposed.</summary>
    public string Sha256 => _sha256 ?? throw new InvalidOperationException($"{path} is still being written.");

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Take(buffer)..];
            if (_filled == BlockBytes)
            {
                Call(() => blob.StageBlock(NextId(), Block(), cancellationToken: lifetime));
                _filled = 0;
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Take(buffer.Span)..];
            if (_filled == BlockBytes)
            {
                await StageAsync(cancellationToken);
            }
        }
    }

    public override void Flush()
    {
        // A block goes when it is full.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_sha256 is null)
        {
            if (_filled > 0)
            {
                await StageAsync(lifetime);
            }

            End();
        }

        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _sha256 is null)
        {
            if (_filled > 0)
            {
                Call(() => blob.StageBlock(NextId(), Block(), cancellationToken: lifetime));
            }

            End();
        }

        base.Dispose(disposing);
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(BlockBytes, 4 * _buffer.Length));
        }

        var taken = Math.Min(bytes.Length, _buffer.Length - _filled);
        bytes[..taken].CopyTo(_buffer.AsSpan(_filled));
        _hash.AppendData(bytes[..taken]);
        _filled += taken;
        Written += taken;
        return taken;
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        try
        {
            await blob.StageBlockAsync(NextId(), Block(), cancellationToken: cancellationToken.CanBeCanceled ? cancellationToken : lifetime);
            _filled = 0;
        }
        catch (Exception e) when (BlobErrors.Translate(e, container, $"Writing {path}", lifetime) is { } translated)
        {
            throw translated;
        }
    }

    private void Call(Action call)
    {
        try
        {
            call();
        }
        catch (Exception e) when (BlobErrors.Translate(e, container, $"Writing {path}", lifetime) is { } translated)
        {
            throw translated;
        }
    }

    private MemoryStream Block() => new(_buffer, 0, _filled, writable: false);

    // All ids of a blob have one length.
    private string NextId()
    {
        var id = new byte[20];
        _writer.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(16), _blocks.Count);
        _blocks.Add(Convert.ToBase64String(id));
        return _blocks[^1];
    }

    private void End()
    {
        _sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        _hash.Dispose();
        _buffer = [];
    }
}
