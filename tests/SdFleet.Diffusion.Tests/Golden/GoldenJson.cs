using System.Text.Json;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>Reading what golden files hold.</summary>
internal static class GoldenJson
{
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static float[] Floats(this JsonElement element, string name) => element.GetProperty(name).Floats();

    public static float[] Floats(this JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetSingle())];

    public static double[] Doubles(this JsonElement element, string name) => element.GetProperty(name).Doubles();

    public static double[] Doubles(this JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetDouble())];

    public static int Product(this JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray().Aggregate(1, (product, size) => product * size.GetInt32());
}
