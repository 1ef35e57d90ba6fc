using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace SdFleet.Storage.Folders;

/// <summary>
/// Artifacts as files of a folder, which several processes and machines may share. A file is written under a name of its own
/// in <see cref="IncomingFolder"/>, made durable, and then linked to its final name: linking fails where that name is taken,
/// so of many writers one wins, and a reader sees the whole file or none. (A move that does not overwrite would be a check
/// followed by a rename, or on some file systems a copy, either of which a second writer or a reader can come between.)
/// </summary>
internal sealed class FolderArtifactStore : IArtifactStore
{
    /// <summary>Files on their way in; no artifact's name begins with a dot.</summary>
    internal const string IncomingFolder = ".incoming";

    // Longer than any upload takes: what is older was left behind by a process that died.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    // Half a second together, for what takes microseconds.
    private const int LooksForRenewed = 25;
    private static readonly TimeSpan PauseBetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly string _root;
    private readonly string _incoming;
    private readonly TimeProvider _time;

    public FolderArtifactStore(string path, TimeProvider time)
    {
        _root = Path.GetFullPath(path);
        _incoming = Path.Combine(_root, IncomingFolder);
        _time = time;
    }

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        CallAsync("Making the folder", () =>
        {
            Directory.CreateDirectory(_incoming);
            var abandoned = _time.GetUtcNow().UtcDateTime - AbandonedAfter;
            foreach (var file in Directory.EnumerateFiles(_incoming).Where(f => File.GetLastWriteTimeUtc(f) < abandoned))
            {
                File.Delete(file);
            }

            return Task.FromResult(true);
        });

    public Task PingAsync(CancellationToken cancellationToken) =>
        CallAsync("Writing to the folder", async () =>
        {
            // Most of what goes wrong with a folder (gone, full, read-only, unmounted) shows only in writing.
            var probe = NewIncomingFile();
            try
            {
                await File.WriteAllBytesAsync(probe, [1], cancellationToken);
            }
            finally
            {
                File.Delete(probe);
            }

            return true;
        });

    public Task<PutResult> PutAsync(
        string name,
        ReadOnlyMemory<byte> content,
        string contentType,
        string sha256,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        Sha256Text.ThrowIfInvalid(sha256);
        var path = PathOf(name);
        return CallAsync($"Storing {name}", async () =>
        {
            // Spares the writing where an earlier attempt has done it; the link below decides.
            if (!File.Exists(path) && await CreateAsync(path, content, cancellationToken))
            {
                return new PutResult(Created: true, sha256, content.Length);
            }

            var there = await InfoAsync(name, path, cancellationToken)
                ?? throw new ArtifactStoreException($"{name} was there and is gone: something else deletes artifacts.", isTransient: true);
            return new PutResult(Created: false, there.Sha256, there.Length);
        });
    }

    public Task<ArtifactContent?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        var path = PathOf(name);
        return CallAsync($"Reading {name}", () =>
        {
            var stream = OpenOrNull(path);
            return Task.FromResult(stream is null ? null : new ArtifactContent(stream, stream.Length, ContentTypes.OfFile(name)));
        });
    }

    public Task<ArtifactInfo?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Finding {name}", () => InfoAsync(name, PathOf(name), cancellationToken));
    }

    public async Task<string?> HashAsync(string name, CancellationToken cancellationToken) =>
        (await FindAsync(name, cancellationToken))?.Sha256;

    public Task<bool> RemoveDamagedAsync(string name, string sha256, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        Sha256Text.ThrowIfInvalid(sha256);
        var path = PathOf(name);
        return CallAsync($"Removing {name}", async () =>
        {
            if ((await InfoAsync(name, path, cancellationToken))?.Sha256 != sha256)
            {
                return false;
            }

            // Somebody may have put the right one there since.
            return await RemoveIfAsync(path, async aside => (await InfoAsync(name, aside, CancellationToken.None))?.Sha256 == sha256);
        });
    }

    public async IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalidPrefix(prefix);
        using var walk = FolderWalk.Files(_root, prefix).GetEnumerator();
        while (await CallAsync("Listing artifacts", () => Task.FromResult(walk.MoveNext())))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return walk.Current;
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(folder);
        var names = await CallAsync("Listing artifacts", () => Task.FromResult(
            Directory.Exists(PathOf(folder)) ? [.. Directory.EnumerateDirectories(PathOf(folder)).Select(d => Path.GetFileName(d))] : Array.Empty<string>()));
        foreach (var name in names.Where(n => ArtifactNames.IsValid(n)).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    public Task<bool> RemoveAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Removing {name}", () =>
        {
            var path = PathOf(name);

            // Somebody may have renewed it since.
            return IsThere(path, unlessSince)
                ? RemoveIfAsync(path, aside => Task.FromResult(IsThere(aside, unlessSince)))
                : Task.FromResult(false);
        });
    }

    public Task<bool> RenewAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Renewing {name}", async () =>
        {
            var path = PathOf(name);
            try
            {
                if (IsThere(path, unlessSince))
                {
                    File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
                    return await IsLeftAsync(path, cancellationToken);
                }
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }

            return File.Exists(path);
        });
    }

    // The kernel finds a file first and sets its time afterwards. Whoever took it aside has either seen the new time, and puts it back
    // at once, or looked in between, and deletes it. One that is there after its time was set is seen as renewed by whoever takes it later.
    private static async Task<bool> IsLeftAsync(string path, CancellationToken cancellationToken)
    {
        for (var look = 1; !File.Exists(path); look++)
        {
            if (look == LooksForRenewed)
            {
                return false;
            }

            await Task.Delay(PauseBetweenLooks, cancellationToken);
        }

        return true;
    }

    // A rename has one winner, and what it took is looked at again. It goes back unless that says that it is to go, also where it cannot be looked at.
    private async Task<bool> RemoveIfAsync(string path, Func<string, Task<bool>> isToGo)
    {
        var aside = NewIncomingFile();
        try
        {
            File.Move(path, aside);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        var goes = false;
        try
        {
            goes = await isToGo(aside);
        }
        finally
        {
            if (!goes)
            {
                DurableFiles.TryLink(aside, path);
            }

            File.Delete(aside);
        }

        return goes;
    }

    private static bool IsThere(string path, DateTimeOffset unlessSince) => new FileInfo(path) is { Exists: true } file && file.LastWriteTimeUtc <= unlessSince.UtcDateTime;

    private async Task<bool> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var incoming = NewIncomingFile();
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                PreallocationSize = content.Length,
                BufferSize = 0,
            };
            await using (var file = new FileStream(incoming, options))
            {
                await file.WriteAsync(content, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            DurableFiles.EnsureFolder(Path.GetDirectoryName(path)!);
            return DurableFiles.TryLink(incoming, path);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private static async Task<ArtifactInfo?> InfoAsync(string name, string path, CancellationToken cancellationToken)
    {
        await using var stream = OpenOrNull(path);
        if (stream is null)
        {
            return null;
        }

        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        return new ArtifactInfo(name, stream.Length, ContentTypes.OfFile(name), sha256);
    }

    private static FileStream? OpenOrNull(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException ||
                                          (exception is UnauthorizedAccessException && Directory.Exists(path)))
        {
            return null;
        }
    }

    private string NewIncomingFile() => Path.Combine(_incoming, Guid.NewGuid().ToString("N"));

    private string PathOf(string name) => Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));

    private async Task<T> CallAsync<T>(string what, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FolderErrors.Translate(exception, what, _root);
        }
    }
}
