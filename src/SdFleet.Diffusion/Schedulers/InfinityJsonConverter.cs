using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>A number that Python may have written as <c>"-inf"</c>, <c>"inf"</c>, or with the names JSON libraries use.</summary>
internal sealed class InfinityJsonConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.GetDouble();
        }

        return reader.TokenType == JsonTokenType.String ? ParseText(reader.GetString()!) : throw new JsonException("a number is expected");
    }

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value > 0 ? "inf" : "-inf");
        }
    }

    private static double ParseText(string text) => text switch
    {
        "-inf" or "-Infinity" => double.NegativeInfinity,
        "inf" or "Infinity" => double.PositiveInfinity,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
        _ => throw new JsonException($"\"{text}\" is not a number"),
    };
}
