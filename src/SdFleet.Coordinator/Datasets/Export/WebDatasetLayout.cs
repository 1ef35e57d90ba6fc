using System.Formats.Tar;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using SdFleet.Coordinator.Datasets.Parquet;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// <c>shard-000000.tar</c> of <c>key.png</c>, <c>key.txt</c> (the prompt) and <c>key.json</c> (the manifest record), and the
/// records once more as <c>metadata/shard-000000.parquet</c>. https://github.com/webdataset/webdataset
/// </summary>
/// <param name="mostBytes">Longest tar file: what is more goes into <c>shard-000000_001.tar</c> and so on.</param>
internal sealed class WebDatasetLayout(long mostBytes) : ShardLayout
{
    private const long Block = 512;

    // Two empty blocks.
    private const long End = 2 * Block;

    // As many as three digits number.
    private const int ShortNames = 1000;

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public override string DataFiles => "shard-*.tar";

    public override string Usage =>
        """
        ```python
        import glob, webdataset
        dataset = webdataset.WebDataset(sorted(glob.glob("shard-*.tar"))).decode("pil").to_tuple("png", "txt", "json")
        ```

        `json` is the picture's record, without what does not apply to it: read such fields with `.get`. Hugging Face's loader takes the fields
        from the first samples; where they differ, it wants the set as an imagefolder. `metadata/*.parquet` holds the records without the
        pictures, all with the same columns, for a look with DuckDB or pandas.
        """;

    public override async Task WriteAsync(int number, ShardSource source, ShardFiles files, CancellationToken cancellationToken)
    {
        await using var pictures = source.ReadAsync().GetAsyncEnumerator(cancellationToken);
        var isThere = await pictures.MoveNextAsync();
        for (var part = 0; part == 0 || isThere; part++)
        {
            await files.AddAsync(TarName(number, part), async stream =>
            {
                await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
                for (var bytes = End; isThere; isThere = await pictures.MoveNextAsync())
                {
                    var (image, png) = pictures.Current;
                    var (stem, text, json) = (image.Key.FileStem, Encoding.UTF8.GetBytes(image.Record.Recipe.Prompt), RecordJson.Of(image));
                    var sample = SizeOf(png) + SizeOf(text) + SizeOf(json);

                    // A picture that is larger than a whole file may be has one to itself.
                    if (bytes > End && bytes + sample > mostBytes)
                    {
                        return;
                    }

                    bytes += sample;
                    await AddAsync(tar, stem + ".png", png, cancellationToken);
                    await AddAsync(tar, stem + ".txt", text, cancellationToken);
                    await AddAsync(tar, stem + ".json", json, cancellationToken);
                }
            }, cancellationToken);
        }

        await files.AddAsync($"metadata/shard-{Digits(number)}.parquet", stream =>
        {
            MetadataTables.Manifest.Write(stream, source.Written);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    public override async Task<IReadOnlyList<string>> FindSurplusAsync(
        IFileTree place, int number, IReadOnlyList<ExportFile> written, CancellationToken cancellationToken)
    {
        var surplus = new List<string>();
        for (var part = written.Count(f => f.Path.EndsWith(".tar", StringComparison.Ordinal)); ; part++)
        {
            if (await place.FindLengthAsync(TarName(number, part), cancellationToken) is null)
            {
                // The last one first, so that the rest is found by counting.
                surplus.Reverse();
                return surplus;
            }

            surplus.Add(TarName(number, part));
        }
    }

    public override async IAsyncEnumerable<(string Stem, string Sha256)> ReadBackAsync(
        IFileTree place, int number, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var part = 0; await OpenAsync(place, number, part, cancellationToken) is { } file; part++)
        {
            await using var tar = new TarReader(file);
            while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
            {
                if (entry.Name.EndsWith(".png", StringComparison.Ordinal) && entry.DataStream is { } png)
                {
                    yield return (Path.ChangeExtension(entry.Name, null), Convert.ToHexStringLower(await SHA256.HashDataAsync(png, cancellationToken)));
                }
            }
        }
    }

    // '_' comes after '.', so that the files of a shard are in order by name: also those whose numbers three digits do not hold.
    internal static string TarName(int number, int part) => part switch
    {
        0 => $"shard-{Digits(number)}.tar",
        < ShortNames => ShortName(number, part),
        _ => string.Create(CultureInfo.InvariantCulture, $"shard-{Digits(number)}_{ShortNames - 1}_{part:D6}.tar"),
    };

    private static string ShortName(int number, int part) => string.Create(CultureInfo.InvariantCulture, $"shard-{Digits(number)}_{part:D3}.tar");

    // Version 1 gave all of them names that order only the first thousand.
    private static async Task<Stream?> OpenAsync(IFileTree place, int number, int part, CancellationToken cancellationToken) =>
        await place.OpenReadAsync(TarName(number, part), cancellationToken)
        ?? (part < ShortNames ? null : await place.OpenReadAsync(ShortName(number, part), cancellationToken));

    // A header of one block, and the content in whole blocks.
    private static long SizeOf(byte[] content) => Block + ((content.Length + Block - 1) / Block * Block);

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
