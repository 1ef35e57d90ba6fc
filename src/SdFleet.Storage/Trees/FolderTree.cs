using System.Runtime.CompilerServices;
using SdFleet.Storage.Folders;

namespace SdFleet.Storage.Trees;

/// <summary>
/// A folder. What is begun lies in <see cref="Partial"/>, where nobody looks for a dataset, each stage in a folder of its own; it is
/// flushed to the disk and renamed.
/// </summary>
internal sealed class FolderTree(string root) : IFileTree
{
    internal const string Partial = ".partial";
    internal const string LockFile = "export.lock";

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    public string Place => root;

    public Task PrepareAsync(CancellationToken cancellationToken) => CallAsync("Making the folder", () =>
    {
        Directory.CreateDirectory(root);
        return Task.FromResult(true);
    });

    public async Task<IFileTreeLock?> TryLockAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += LockPoll)
        {
            try
            {
                // The system lets go of the lock of a run that is killed.
                return new FolderLock(new FileStream(
                    Path.Combine(root, LockFile), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose));
            }
            catch (IOException) when (waited < patience)
            {
                await Task.Delay(LockPoll, cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
            catch (UnauthorizedAccessException e)
            {
                throw FolderErrors.Translate(e, "Locking", root);
            }
        }
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) => CallAsync($"Reading {path}", () =>
    {
        var file = PathOf(path);
        return Task.FromResult<Stream?>(File.Exists(file) ? File.OpenRead(file) : null);
    });

    public Task<long?> FindLengthAsync(string path, CancellationToken cancellationToken) => CallAsync($"Finding {path}", () =>
    {
        var file = new FileInfo(PathOf(path));
        return Task.FromResult(file.Exists ? file.Length : (long?)null);
    });

    public async IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var within = Path.Combine(root, prefix[..(prefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(within))
        {
            yield break;
        }

        foreach (var file in new DirectoryInfo(within).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.GetRelativePath(root, file.FullName).Replace('\\', '/');
            if (path.StartsWith(prefix, StringComparison.Ordinal) && path != LockFile && !path.StartsWith(Partial + "/", StringComparison.Ordinal))
            {
                yield return new ArtifactEntry(path, file.Length, file.LastWriteTimeUtc);
            }
        }

        await Task.CompletedTask;
    }

    public IFileTreeStage Stage() => new FolderStage(root);

    public Task RemoveAsync(string path, CancellationToken cancellationToken) => CallAsync($"Removing {path}", () =>
    {
        if (File.Exists(PathOf(path)))
        {
            File.Delete(PathOf(path));
        }

        return Task.FromResult(true);
    });

    public Task ClearAsync(CancellationToken cancellationToken) => CallAsync("Clearing away", () =>
    {
        if (Directory.Exists(Path.Combine(root, Partial)))
        {
            Directory.Delete(Path.Combine(root, Partial), recursive: true);
        }

        return Task.FromResult(true);
    });

    private string PathOf(string path)
    {
        ArtifactNames.ThrowIfInvalid(path);
        return Path.Combine(root, path);
    }

    private async Task<T> CallAsync<T>(string what, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderErrors.Translate(e, what, root);
        }
    }

    private sealed class FolderLock(FileStream file) : IFileTreeLock
    {
        public CancellationToken Lost => CancellationToken.None;

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}
