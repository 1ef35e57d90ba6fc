using System.Formats.Tar;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using SdFleet.Coordinator.Datasets.Parquet;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// <c>shard-000000.tar</c> of <c>key.png</c>, <c>key.txt</c> (the prompt) and <c>key.json</c> (the manifest record), and the
/// records once more as <c>metadata/shard-000000.parquet</c>. https://github.com/webdataset/webdataset
/// </summary>
internal sealed class WebDatasetLayout : ShardLayout
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public override string DataFiles => "shard-*.tar";

    public override string Usage =>
        """
        ```python
        import glob, webdataset
        dataset = webdataset.WebDataset(sorted(glob.glob("shard-*.tar"))).decode("pil").to_tuple("png", "txt", "json")
        ```

        `metadata/*.parquet` holds the records without the pictures, for a look with DuckDB or pandas.
        """;

    public override async Task WriteAsync(int number, ShardSource source, ShardFiles files, CancellationToken cancellationToken)
    {
        await files.AddAsync(TarName(number), async stream =>
        {
            await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
            await foreach (var (image, png) in source.ReadAsync())
            {
                var stem = image.Key.FileStem;
                await AddAsync(tar, stem + ".png", png, cancellationToken);
                await AddAsync(tar, stem + ".txt", Encoding.UTF8.GetBytes(image.Record.Recipe.Prompt), cancellationToken);
                await AddAsync(tar, stem + ".json", RecordJson.Of(image), cancellationToken);
            }
        });
        await files.AddAsync($"metadata/shard-{Digits(number)}.parquet", stream =>
        {
            MetadataTables.Manifest.Write(stream, source.Written);
            return Task.CompletedTask;
        });
    }

    public override async IAsyncEnumerable<(string Stem, string Sha256)> ReadBackAsync(
        string root, int number, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(File.OpenRead(Path.Combine(root, TarName(number))));
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            if (entry.Name.EndsWith(".png", StringComparison.Ordinal) && entry.DataStream is { } png)
            {
                yield return (Path.ChangeExtension(entry.Name, null), Convert.ToHexStringLower(await SHA256.HashDataAsync(png, cancellationToken)));
            }
        }
    }

    private static string TarName(int number) => $"shard-{Digits(number)}.tar";

    private static string Digits(int number) => number.ToString("D6", CultureInfo.InvariantCulture);

    // Nothing of this machine or day: the same pictures make the same file.
    private static async Task AddAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellationToken) =>
        await tar.WriteEntryAsync(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(content, writable: false),
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = Mode,
                Uid = 0,
                Gid = 0,
                UserName = "",
                GroupName = "",
            },
            cancellationToken);
}
