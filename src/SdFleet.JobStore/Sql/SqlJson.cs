using System.Text.Json;
using System.Text.Json.Serialization;

namespace SdFleet.JobStore.Sql;

/// <summary>How rows go to the database: as one JSON text a statement, with the columns' names, enums as words, times as microseconds.</summary>
internal static class SqlJson
{
    private static readonly JsonSerializerOptions Options = Create();

    public static string Rows<T>(IEnumerable<T> rows) => JsonSerializer.Serialize(rows, Options);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new MicrosecondsConverter());
        return options;
    }

    private sealed class MicrosecondsConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            SqlTime.From(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(SqlTime.Of(value));
    }
}
