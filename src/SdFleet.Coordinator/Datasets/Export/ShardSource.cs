namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>The pictures of a shard, each read and compared with its record when its turn comes.</summary>
/// <param name="images">The records, in order.</param>
/// <param name="read">Reads one.</param>
internal sealed class ShardSource(IReadOnlyList<DatasetImage> images, Func<DatasetImage, Task<ArtifactReading>> read)
{
    // A store answers slowly and much at once.
    private const int ReadAhead = 8;

    private readonly List<DatasetImage> _written = [];
    private readonly List<ArtifactReading> _faults = [];

    /// <summary>What was right so far.</summary>
    public IReadOnlyList<DatasetImage> Written => _written;

    /// <summary>What was not.</summary>
    public IReadOnlyList<ArtifactReading> Faults => _faults;

    /// <summary>The pictures with their bytes; wrong ones are left out. To be read once, to the end.</summary>
    public async IAsyncEnumerable<(DatasetImage Image, byte[] Png)> ReadAsync()
    {
        var ahead = new Queue<Task<ArtifactReading>>();
        for (var next = 0; next < images.Count || ahead.Count > 0;)
        {
            while (next < images.Count && ahead.Count < ReadAhead)
            {
                ahead.Enqueue(read(images[next++]));
            }

            var reading = await ahead.Dequeue();
            if (reading.Content is { } png)
            {
                _written.Add(reading.Image);
                yield return (reading.Image, png);
            }
            else
            {
                _faults.Add(reading);
            }
        }
    }

    /// <summary>Reads all of them, for a format that has no pictures in it: then too, only what is right is listed.</summary>
    public async Task DrainAsync()
    {
        await foreach (var _ in ReadAsync())
        {
            // Only compared.
        }
    }
}
