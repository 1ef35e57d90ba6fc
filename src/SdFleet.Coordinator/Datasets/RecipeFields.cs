using System.Globalization;
using System.Text.Json;
using SdFleet.Contracts;

namespace SdFleet.Coordinator.Datasets;

/// <summary>Values of a recipe as they stand in files that others read.</summary>
internal static class RecipeFields
{
    public static string NoiseSource(DatasetImage image) =>
        image.Record.Recipe.NoiseSource == Contracts.Jobs.NoiseSource.Cuda ? "cuda" : "cpu";

    /// <summary>What the job set of its scheduler, as JSON under the names that a job has for it; null where all is as the model has it.</summary>
    public static string? SchedulerSettings(DatasetImage image) =>
        image.Record.Recipe.SchedulerSettings is { } settings ? JsonSerializer.Serialize(settings, ContractsJson.Options) : null;

    /// <summary>
    /// A number that stays one of floating point: readers take a column's type from its first rows, and 7 would make it one of
    /// whole numbers.
    /// </summary>
    public static void WriteDouble(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        WriteDouble(json, value);
    }

    /// <summary>The same without a name.</summary>
    public static void WriteDouble(Utf8JsonWriter json, double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WriteRawValue(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0");
    }
}
