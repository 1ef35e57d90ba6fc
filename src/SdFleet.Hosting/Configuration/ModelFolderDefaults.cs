using System.Globalization;
using System.Text.Json;

namespace SdFleet.Hosting.Configuration;

/// <summary>
/// Defaults that a model folder states of itself in <c>sdfleet.json</c>, as configuration values that lie under those of
/// the service: whoever configures only a name and a folder gets the size, steps and scheduler the model was made for.
/// </summary>
internal static class ModelFolderDefaults
{
    private const string FileName = "sdfleet.json";

    public static Dictionary<string, string?> Read(string? folder, List<string> failures)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (folder is null || !File.Exists(Path.Combine(folder, FileName)))
        {
            return values;
        }

        var file = Path.Combine(folder, FileName);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals("sizes"))
                {
                    foreach (var (index, size) in property.Value.EnumerateArray().Index())
                    {
                        values[$"Sizes:{index}:Width"] = size[0].GetInt32().ToString(CultureInfo.InvariantCulture);
                        values[$"Sizes:{index}:Height"] = size[1].GetInt32().ToString(CultureInfo.InvariantCulture);
                    }
                }
                else
                {
                    values[property.Name] = property.Value.ToString();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            failures.Add($"{file}: not readable as model defaults ({e.Message}); mend or remove it");
        }

        return values;
    }
}
