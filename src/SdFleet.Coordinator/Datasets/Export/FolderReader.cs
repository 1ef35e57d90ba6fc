using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>Reads the pictures of a shard that is a folder.</summary>
internal static class FolderReader
{
    /// <param name="place">The export.</param>
    /// <param name="folder">The shard's folder, with a slash at its end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<(string Stem, string Sha256)> ReadAsync(
        IFileTree place, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var file in place.ListAsync(folder, cancellationToken))
        {
            if (file.Name.EndsWith(".png", StringComparison.Ordinal) && await place.OpenReadAsync(file.Name, cancellationToken) is { } png)
            {
                await using (png)
                {
                    yield return (Path.GetFileNameWithoutExtension(file.Name), Convert.ToHexStringLower(await SHA256.HashDataAsync(png, cancellationToken)));
                }
            }
        }
    }
}
