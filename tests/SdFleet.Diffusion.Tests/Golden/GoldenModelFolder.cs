using System.Text.Json;
using System.Text.Json.Nodes;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>
/// Lays the loose ONNX files of a recorded run out as a diffusers model folder, so that the pipeline is loaded as users load it.
/// </summary>
internal static class GoldenModelFolder
{
    /// <summary>Makes the folder of a case.</summary>
    public static TemporaryFolder Create(string file)
    {
        JsonElement golden = GoldenFolder.Read(file);
        string source = Path.GetDirectoryName(Path.Combine(GoldenFolder.Root, file))!;
        TemporaryFolder folder = new();
        foreach (JsonProperty model in golden.GetProperty("models").EnumerateObject())
        {
            folder.Link($"{model.Name}/model.onnx", Path.Combine(source, model.Value.GetString()!));
        }

        foreach (string name in (string[])["vocab.json", "merges.txt"])
        {
            folder.Link($"tokenizer/{name}", Path.Combine(GoldenFolder.Root, "tokenizer", name));
        }

        JsonObject scheduler = JsonNode.Parse(golden.GetProperty("scheduler_config").GetRawText())!.AsObject();
        scheduler["_class_name"] = golden.Text("scheduler");
        folder.Write("scheduler/scheduler_config.json", scheduler.ToJsonString());
        int blocks = int.Log2(golden.Int("vae_scale_factor")) + 1;
        folder.Write("vae_decoder/config.json", new JsonObject
        {
            ["scaling_factor"] = golden.Double("vae_scaling_factor"),
            ["block_out_channels"] = new JsonArray([.. Enumerable.Repeat(8, blocks).Select(c => JsonValue.Create(c))]),
        }.ToJsonString());
        folder.Write("model_index.json", new JsonObject { ["_class_name"] = golden.Text("pipeline") }.ToJsonString());
        return folder;
    }
}
