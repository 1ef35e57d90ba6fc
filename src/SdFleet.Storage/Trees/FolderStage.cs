using SdFleet.Storage.Folders;

namespace SdFleet.Storage.Trees;

/// <summary>Files on their way into a folder.</summary>
internal sealed class FolderStage(string root) : IFileTreeStage
{
    private const int MaxAttempts = 1000;

    private readonly string _partial = Path.Combine(root, FolderTree.Partial, Guid.NewGuid().ToString("N"));
    private readonly List<string> _paths = [];

    public Task<Stream> CreateAsync(string path, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(path);
        var file = Path.Combine(_partial, path);
        try
        {
            MakeFolder(Path.GetDirectoryName(file)!);
            _paths.Add(path);
            return Task.FromResult<Stream>(new FileStream(file, FileMode.CreateNew, FileAccess.Write));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderErrors.Translate(e, $"Writing {path}", root);
        }
    }

    public Task PublishAsync(CancellationToken cancellationToken)
    {
        foreach (var path in _paths)
        {
            try
            {
                Move(Path.Combine(_partial, path), Path.Combine(root, path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw FolderErrors.Translate(e, $"Publishing {path}", root);
            }
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        try
        {
            if (Directory.Exists(_partial))
            {
                Directory.Delete(_partial, recursive: true);
            }

            // Others may be at work beside it: their folders keep it.
            var all = Path.GetDirectoryName(_partial)!;
            if (Directory.Exists(all) && !Directory.EnumerateFileSystemEntries(all).Any())
            {
                Directory.Delete(all);
            }
        }
        catch (IOException)
        {
            // Whoever has the lock next clears it away.
        }

        return ValueTask.CompletedTask;
    }

    // Another stage that ends may take the folder above away in the moment in which it is empty.
    private static void MakeFolder(string folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(folder);
                return;
            }
            catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException && attempt < MaxAttempts)
            {
            }
        }
    }

    // After its bytes are on the disk: else, when the power goes, a new name may be left with nothing under it.
    private static void Move(string partial, string path)
    {
        using (var file = File.OpenHandle(partial, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(file);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(partial, path, overwrite: true);
    }
}
