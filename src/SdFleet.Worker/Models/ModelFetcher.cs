using System.Security.Cryptography;
using System.Text;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Storage;

namespace SdFleet.Worker.Models;

/// <summary>
/// Copies a model from an artifact store into a local folder that several workers may share, and believes it only once its
/// digest is right. What the digest does not cover is written down as it was fetched, and compared with that later. Several may fetch the
/// same model at once: the first to finish wins, and nobody sees half a model.
/// </summary>
internal sealed class ModelFetcher(IArtifactStore store, TimeProvider clock)
{
    private const string Unfinished = ".fetching-";

    // As sha256sum writes it.
    private const string ListOfOthers = ".sdfleet-others";

    // A fetch that was killed leaves its part behind; one that still runs after this long is none.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(6);

    /// <summary>Fetches a model, unless it is there and whole.</summary>
    /// <param name="prefix">The model's folder in the store.</param>
    /// <param name="digest">The digest it must have.</param>
    /// <param name="cache">The local folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model's local folder, and the bytes that were fetched; 0 where it was there.</returns>
    /// <exception cref="InvalidDataException">What the store has under <paramref name="prefix"/> is another model.</exception>
    public async Task<(string Folder, long Bytes)> FetchAsync(string prefix, string digest, string cache, CancellationToken cancellationToken)
    {
        var target = Path.Combine(cache, digest);
        if (Directory.Exists(target))
        {
            if (await ModelFingerprint.ComputeAsync(target, cancellationToken).ConfigureAwait(false) == digest
                && await HasItsOthersAsync(target, cancellationToken).ConfigureAwait(false))
            {
                return (target, 0);
            }

            // A machine that went down has names whose bytes were never written. Workers here would refuse them again and again.
            Remove(target, Path.Combine(cache, Unfinished + Guid.NewGuid().ToString("N")));
        }

        Directory.CreateDirectory(cache);
        RemoveAbandoned(cache);
        var parts = Path.Combine(cache, Unfinished + Guid.NewGuid().ToString("N"));
        try
        {
            var bytes = await CopyAsync(prefix + "/", parts, cancellationToken).ConfigureAwait(false);
            var found = await ModelFingerprint.ComputeAsync(parts, cancellationToken).ConfigureAwait(false);
            if (found != digest)
            {
                throw new InvalidDataException($"The model under {prefix} has the digest {found}, not {digest}: it is another model, or damaged.");
            }

            await WriteListAsync(parts, await OthersOfAsync(parts, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            Publish(parts, target);
            return (target, bytes);
        }
        finally
        {
            if (Directory.Exists(parts))
            {
                Directory.Delete(parts, recursive: true);
            }
        }
    }

    // What an earlier version fetched has no list, and gets one of what is there. Fetched anew it would be gone for minutes under the workers
    // that run with it, and their jobs fail, as a LoRA is gone or was written since they started.
    private static async Task<bool> HasItsOthersAsync(string folder, CancellationToken cancellationToken)
    {
        var others = await OthersOfAsync(folder, cancellationToken).ConfigureAwait(false);
        var list = Path.Combine(folder, ListOfOthers);
        if (!File.Exists(list))
        {
            try
            {
                await WriteListAsync(folder, others, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A cache that may only be read is taken as it is.
            }

            return true;
        }

        return await File.ReadAllTextAsync(list, cancellationToken).ConfigureAwait(false) == others;
    }

    // All at once, and beside the folder until then: another one may be looking at it.
    private static async Task WriteListAsync(string folder, string others, CancellationToken cancellationToken)
    {
        var incoming = $"{folder}.{Guid.NewGuid():N}";
        try
        {
            await File.WriteAllTextAsync(incoming, others, cancellationToken).ConfigureAwait(false);
            File.Move(incoming, Path.Combine(folder, ListOfOthers), overwrite: true);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private static async Task<string> OthersOfAsync(string folder, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        foreach (var path in ModelFingerprint.FilesBeside(folder).Where(path => path != ListOfOthers))
        {
            await using var file = File.OpenRead(Path.Combine(folder, path));
            var sha256 = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
            lines.Append(Convert.ToHexStringLower(sha256)).Append("  ").Append(path).Append('\n');
        }

        return lines.ToString();
    }

    private static void Publish(string parts, string target)
    {
        try
        {
            Directory.Move(parts, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Somebody else was first, with the same bytes.
        }
    }

    // All at once, under a name that nobody looks at.
    private static void Remove(string damaged, string aside)
    {
        try
        {
            Directory.Move(damaged, aside);
            Directory.Delete(aside, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else was first.
        }
    }

    private async Task<long> CopyAsync(string prefix, string folder, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        await foreach (var entry in store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            // Names of a store are relative paths without dots at either end, so none leads out of the folder.
            var file = Path.Combine(folder, entry.Name[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await using var content = await store.OpenReadAsync(entry.Name, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidDataException($"{entry.Name} went away while the model was fetched.");
            await using var local = File.Create(file);
            await content.Stream.CopyToAsync(local, cancellationToken).ConfigureAwait(false);
            bytes += entry.Length;
        }

        return bytes > 0 ? bytes : throw new InvalidDataException($"There is nothing under {prefix} in the store.");
    }

    private void RemoveAbandoned(string cache)
    {
        foreach (var parts in Directory.EnumerateDirectories(cache, Unfinished + "*"))
        {
            if (clock.GetUtcNow() - Directory.GetLastWriteTimeUtc(parts) > Abandoned)
            {
                Directory.Delete(parts, recursive: true);
            }
        }
    }
}
