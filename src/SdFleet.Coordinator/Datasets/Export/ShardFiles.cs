using System.Security.Cryptography;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// The files of a shard while it is written: in a folder of their own, where nobody looks for a dataset, and moved to their
/// places once all of them are complete.
/// </summary>
internal sealed class ShardFiles : IDisposable
{
    internal const string PartialFolder = ".partial";

    private readonly string _root;
    private readonly string _partial;
    private readonly List<string> _paths = [];
    private readonly List<ExportFile> _listed = [];
    private readonly HashSet<string> _ownFolders = [];

    public ShardFiles(string root)
    {
        _root = root;
        _partial = Path.Combine(root, PartialFolder);
        Remove();
        Directory.CreateDirectory(_partial);
    }

    /// <summary>Writes a file that the index lists.</summary>
    /// <param name="path">Relative, with forward slashes.</param>
    /// <param name="write">Writes it; the stream cannot seek.</param>
    public async Task AddAsync(string path, Func<Stream, Task> write)
    {
        using var sha256 = SHA256.Create();
        await using var file = File.Create(Place(path));
        await using (var hashing = new CryptoStream(file, sha256, CryptoStreamMode.Write, leaveOpen: true))
        {
            await write(hashing);
        }

        _listed.Add(new ExportFile(path, file.Length, Convert.ToHexStringLower(sha256.Hash!)));
    }

    /// <summary>Writes a file whose digest stands in one of the listed. Its folder holds files of this shard only.</summary>
    public async Task AddUnlistedAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _ownFolders.Add(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(Place(path), content, cancellationToken);
    }

    /// <summary>Moves everything to its place.</summary>
    /// <returns>The files that the index lists.</returns>
    public IReadOnlyList<ExportFile> Publish()
    {
        foreach (var path in _paths)
        {
            var final = Path.Combine(_root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(final)!);
            WholeFile.Move(Path.Combine(_partial, path), final);
        }

        // What an earlier run put there and this one did not: a reader of folders would take it for a part of the dataset.
        var own = _paths.Select(p => Path.GetFullPath(Path.Combine(_root, p))).ToHashSet(StringComparer.Ordinal);
        foreach (var stale in _ownFolders.SelectMany(f => Directory.EnumerateFiles(Path.GetFullPath(Path.Combine(_root, f)))).Where(f => !own.Contains(f)))
        {
            File.Delete(stale);
        }

        return _listed;
    }

    public void Dispose() => Remove();

    private string Place(string path)
    {
        _paths.Add(path);
        var full = Path.Combine(_partial, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }

    private void Remove()
    {
        if (Directory.Exists(_partial))
        {
            Directory.Delete(_partial, recursive: true);
        }
    }
}
