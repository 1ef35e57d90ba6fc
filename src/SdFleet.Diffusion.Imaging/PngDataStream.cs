namespace SdFleet.Diffusion.Imaging;

/// <summary>Cuts what the compressor writes into IDAT chunks, so that the output need not be seekable.</summary>
internal sealed class PngDataStream(Stream output) : Stream
{
    private const int ChunkBytes = 1 << 16;

    private readonly byte[] _buffer = new byte[ChunkBytes];
    private int _count;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int taken = Math.Min(data.Length, ChunkBytes - _count);
            data[..taken].CopyTo(_buffer.AsSpan(_count));
            data = data[taken..];
            _count += taken;
            if (_count == ChunkBytes)
            {
                WriteChunk();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: chunks end where they are full, so that the bytes do not depend on flushes.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _count > 0)
        {
            WriteChunk();
        }

        base.Dispose(disposing);
    }

    private void WriteChunk()
    {
        PngChunkWriter.Write(output, "IDAT"u8, _buffer.AsSpan(0, _count));
        _count = 0;
    }
}
