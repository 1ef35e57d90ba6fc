using System.Security.Cryptography;
using System.Text;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// One digest for a model: two folders with the same digest make the same images. SHA-256 over a line for each file of each component,
/// sorted by path: the file's own SHA-256, two spaces, its path with '/', a line feed (the format of sha256sum).
/// </summary>
public static class ModelFingerprint
{
    /// <summary>Reads all files of a model, so this takes as long as the disk does. Loads nothing: what is read is not trusted yet.</summary>
    /// <param name="folder">The folder that has model_index.json.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static async Task<string> ComputeAsync(string folder, CancellationToken cancellationToken)
    {
        IEnumerable<string> files = ModelComponents.All
            .Select(component => Path.Combine(folder, component))
            .Where(Directory.Exists)
            .SelectMany(path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
        using IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files)
        {
            await using FileStream content = File.OpenRead(Path.Combine(folder, file));
            byte[] digest = await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false);
            all.AppendData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(digest)}  {file}\n"));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}
