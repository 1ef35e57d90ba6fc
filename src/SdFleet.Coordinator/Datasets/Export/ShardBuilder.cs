using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// Writes one shard. The same records make the same bytes, whoever builds it. Of no picture there are no files: loaders fail at a list
/// without rows.
/// </summary>
/// <param name="options">Where, and how.</param>
/// <param name="artifacts">Where the pictures are.</param>
internal sealed class ShardBuilder(DatasetExportOptions options, IArtifactStore artifacts)
{
    private readonly ShardLayout _layout = ShardLayout.Of(options.Format, options.ShardBytes);

    /// <param name="number">Which shard.</param>
    /// <param name="images">Its records, in order.</param>
    /// <param name="beforePublish">Asked when everything is written; throws where the shard has become somebody else's meanwhile.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BuiltShard> BuildAsync(
        int number, IReadOnlyList<DatasetImage> images, Func<Task> beforePublish, CancellationToken cancellationToken)
    {
        var source = new ShardSource(images, image => ArtifactReader.ReadAsync(artifacts, image, cancellationToken));
        await using var files = new ShardFiles(options.Place);
        await _layout.WriteAsync(number, source, files, cancellationToken);
        await beforePublish();
        var listed = source.Written.Count > 0 ? await files.PublishAsync(cancellationToken) : [];
        foreach (var path in await _layout.FindSurplusAsync(options.Place, number, listed, cancellationToken))
        {
            await options.Place.RemoveAsync(path, cancellationToken);
        }

        if (listed.Count == 0)
        {
            // Last: by these files the surplus is found.
            await files.WithdrawAsync(cancellationToken);
        }

        return new BuiltShard(listed, [.. source.Faults.Select(f => new ExportProblem(f.Image.Key, f.Detail))]) { Version = ExportIndex.CurrentVersion };
    }
}
