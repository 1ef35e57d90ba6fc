using System.Text.Json;
using SdFleet.Contracts;

namespace SdFleet.Coordinator.Datasets;

/// <summary>A list of requested pictures as a file: one <see cref="RequestedImage"/> a line, as JSON.</summary>
public static class RequestFile
{
    /// <summary>Reads a list.</summary>
    /// <exception cref="DatasetException">A line is none.</exception>
    public static IAsyncEnumerable<RequestedImage> ReadAsync(string file, CancellationToken cancellationToken = default) =>
        JsonLines.ReadAsync(file, JsonLines.Parse<RequestedImage>, cancellationToken);

    /// <summary>Writes a list.</summary>
    public static async Task WriteAsync(string file, IEnumerable<ImageKey> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        await using var writer = new StreamWriter(file) { NewLine = "\n" };
        foreach (var key in images)
        {
            await writer.WriteLineAsync(Line(new RequestedImage(key.Line, key.Index)).AsMemory(), cancellationToken);
        }
    }

    internal static string Line(RequestedImage image) => JsonSerializer.Serialize(
        new { image.Line, image.Index, image.JobId, image.Absence, image.Detail }, ContractsJson.Options);
}
