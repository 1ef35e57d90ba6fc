using System.Security.Cryptography;
using System.Text;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// One digest for a model: two folders with the same digest make the same images. SHA-256 over a line for each file of each component,
/// sorted by path: the file's own SHA-256, two spaces, its path with '/', a line feed (the format of sha256sum); then a line for each LoRA
/// in its order, with "lora " and its scale for the path, and one for each embedding, with "embedding " and its word.
/// </summary>
public static class ModelFingerprint
{
    /// <summary>Reads all files of a model, so this takes as long as the disk does. Loads nothing: what is read is not trusted yet.</summary>
    /// <param name="folder">The folder that has model_index.json.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static Task<string> ComputeAsync(string folder, CancellationToken cancellationToken) =>
        ComputeAsync(folder, new ModelAdapters(), cancellationToken);

    /// <summary>The digest of a model with what changes it.</summary>
    /// <param name="folder">The folder that has model_index.json.</param>
    /// <param name="adapters">What changes its weights, each embedding with its word.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static async Task<string> ComputeAsync(string folder, ModelAdapters adapters, CancellationToken cancellationToken)
    {
        using IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in FilesOf(folder))
        {
            await AddAsync(all, Path.Combine(folder, file), file, cancellationToken).ConfigureAwait(false);
        }

        foreach (Lora lora in adapters.Loras)
        {
            await AddAsync(all, lora.Path, FormattableString.Invariant($"lora {lora.Scale:R}"), cancellationToken).ConfigureAwait(false);
        }

        foreach (TextualInversion embedding in adapters.Embeddings)
        {
            await AddAsync(all, embedding.Path, $"embedding {embedding.Token}", cancellationToken).ConfigureAwait(false);
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>
    /// The files of a model's folder that its digest says nothing about: model_index.json, a safety checker, LoRAs beside it, and whatever else
    /// lies there. Whoever copies a model has to see to them himself.
    /// </summary>
    /// <param name="folder">The folder that has model_index.json.</param>
    /// <returns>Their paths below the folder, with '/', sorted.</returns>
    public static IReadOnlyList<string> FilesBeside(string folder) => [.. PathsBelow(folder, folder).Except(FilesOf(folder), StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> FilesOf(string folder)
    {
        // In most models the feature extractor belongs to a safety checker; with a depth estimator it decides about images.
        bool estimatesDepth = Directory.Exists(Path.Combine(folder, ModelComponents.DepthEstimator));
        IEnumerable<string> components = estimatesDepth ? ModelComponents.All.Append(ModelComponents.FeatureExtractor) : ModelComponents.All;
        return components
            .Select(component => Path.Combine(folder, component))
            .Where(Directory.Exists)
            .SelectMany(path => PathsBelow(path, folder))
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> PathsBelow(string path, string folder) =>
        Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'));

    private static async Task AddAsync(IncrementalHash all, string path, string name, CancellationToken cancellationToken)
    {
        await using FileStream content = File.OpenRead(path);
        byte[] digest = await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false);
        all.AppendData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(digest)}  {name}\n"));
    }
}
