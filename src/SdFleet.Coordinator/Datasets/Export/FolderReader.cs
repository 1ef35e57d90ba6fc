using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>Reads the pictures of a shard that is a folder.</summary>
internal static class FolderReader
{
    public static async IAsyncEnumerable<(string Stem, string Sha256)> ReadAsync(
        string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.png"))
        {
            await using var png = File.OpenRead(file);
            yield return (Path.GetFileNameWithoutExtension(file), Convert.ToHexStringLower(await SHA256.HashDataAsync(png, cancellationToken)));
        }
    }
}
