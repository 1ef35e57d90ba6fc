using System.Security.Cryptography;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets;

/// <summary>
/// Reads artifacts and compares them with their records, by length and SHA-256 of the bytes themselves: what a store says of
/// an artifact was written when it was stored, and proves nothing about today.
/// </summary>
public static class ArtifactReader
{
    /// <summary>Reads the artifact of a picture.</summary>
    /// <exception cref="ArtifactStoreException">The store cannot be asked.</exception>
    public static async Task<ArtifactReading> ReadAsync(IArtifactStore artifacts, DatasetImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        ArgumentNullException.ThrowIfNull(image);
        var expected = image.Record.Image;
        if (!ArtifactNames.IsValid(image.ArtifactName))
        {
            return new(image, ArtifactFault.Missing, null, null, $"\"{image.ArtifactName}\" is no artifact's name");
        }

        byte[] bytes;
        try
        {
            await using var content = await artifacts.OpenReadAsync(image.ArtifactName, cancellationToken);
            if (content is null)
            {
                return new(image, ArtifactFault.Missing, null, null, $"there is no {image.ArtifactName}");
            }

            bytes = await ReadToEndAsync(content, cancellationToken);
        }
        catch (ArtifactStoreException e) when (e.IsDamage)
        {
            // A store that compares what it reads itself.
            return new(image, ArtifactFault.Different, null, null, e.Message);
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (bytes.Length < expected.Bytes)
        {
            return new(image, ArtifactFault.Truncated, null, sha256, $"{image.ArtifactName} has {bytes.Length} of {expected.Bytes} bytes");
        }

        return sha256 == expected.Sha256
            ? new(image, ArtifactFault.None, bytes, sha256, "")
            : new(image, ArtifactFault.Different, null, sha256, $"{image.ArtifactName} has SHA-256 {sha256} instead of {expected.Sha256}");
    }

    private static async Task<byte[]> ReadToEndAsync(ArtifactContent content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(checked((int)content.Length));
        await content.Stream.CopyToAsync(bytes, cancellationToken);
        return bytes.Length == bytes.Capacity ? bytes.GetBuffer() : bytes.ToArray();
    }
}
