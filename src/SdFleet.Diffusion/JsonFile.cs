using System.Globalization;
using System.Text.Json;

namespace SdFleet.Diffusion;

/// <summary>Reads the JSON files of a model folder, and says which file and line is wrong.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The document; the caller disposes it.</summary>
    /// <exception cref="ModelFormatException">The file is missing, unreadable or no JSON.</exception>
    public static JsonDocument Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path), Options);
        }
        catch (JsonException error)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}, line {error.LineNumber + 1}");
            throw new ModelFormatException(place, "JSON", error.Message, error);
        }
        catch (IOException error)
        {
            throw new ModelFormatException(path, "a readable file", error.Message, error);
        }
    }
}
