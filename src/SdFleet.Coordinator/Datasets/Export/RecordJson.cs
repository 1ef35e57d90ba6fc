using System.Text.Json;
using System.Text.Json.Serialization;
using SdFleet.Contracts;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// A manifest record as it goes into a dataset: with its line first, and with a point in every number of floating point, as loaders take
/// the type of a field from the first samples.
/// </summary>
internal static class RecordJson
{
    private const string Line = "line";

    private static readonly JsonSerializerOptions Json = new(ContractsJson.Options) { Converters = { new PointedConverter() } };

    public static byte[] Of(DatasetImage image)
    {
        var json = JsonSerializer.SerializeToNode(image.Record, Json)!.AsObject();
        json.Remove(Line);
        json.Insert(0, Line, image.Line);
        return JsonSerializer.SerializeToUtf8Bytes(json, ContractsJson.Options);
    }

    private sealed class PointedConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => RecipeFields.WriteDouble(writer, value);
    }
}
