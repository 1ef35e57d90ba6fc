namespace SdFleet.Storage;

/// <summary>An artifact opened for reading.</summary>
public sealed class ArtifactContent : IAsyncDisposable, IDisposable
{
    /// <summary>Creates it; the stream goes with it.</summary>
    public ArtifactContent(Stream stream, long length, string contentType)
    {
        Stream = stream;
        Length = length;
        ContentType = contentType;
    }

    /// <summary>The bytes, from the beginning.</summary>
    public Stream Stream { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Media type.</summary>
    public string ContentType { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    /// <inheritdoc/>
    public void Dispose() => Stream.Dispose();
}
