using System.Text.Json;

namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>The facts of the world the model draws, as its recipe's world.json states them.</summary>
public sealed record World(
    int ImageSize,
    IReadOnlyDictionary<string, double[]> Colors,
    double ColorJitter,
    IReadOnlyList<string> Shapes,
    WorldGeometry Geometry,
    IReadOnlyDictionary<string, WorldSize> Sizes,
    double RadiusJitter,
    WorldPositions Positions,
    WorldCounts Counts,
    WorldCaptions Captions,
    WorldHeldOut HeldOut)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static World Shapes128 { get; } = Read<World>(File.ReadAllText(InFolder("world.json")));

    /// <summary>The prompts the model is judged by.</summary>
    public static IReadOnlyList<HeldOutPrompt> HeldOutPrompts { get; } =
        [.. File.ReadLines(InFolder("heldout_prompts.jsonl")).Where(line => line.Length > 0).Select(Read<HeldOutPrompt>)];

    private static string InFolder(string file) => Path.Combine(AppContext.BaseDirectory, "world", file);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Json)!;
}
