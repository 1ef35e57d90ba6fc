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

        WriteScheduler(folder, "scheduler", golden.GetProperty("scheduler_config"), golden.Text("scheduler"));
        if (golden.Optional("low_res_scheduler") is { } lowRes)
        {
            WriteScheduler(folder, "low_res_scheduler", lowRes, lowRes.Text("type"));
        }

        int blocks = int.Log2(golden.Int("vae_scale_factor")) + 1;
        folder.Write("vae_decoder/config.json", new JsonObject
        {
            ["scaling_factor"] = golden.Double("vae_scaling_factor"),
            ["block_out_channels"] = new JsonArray([.. Enumerable.Repeat(8, blocks).Select(c => JsonValue.Create(c))]),
        }.ToJsonString());
        folder.Write("model_index.json", new JsonObject { ["_class_name"] = golden.Text("pipeline") }.ToJsonString());
        return folder;
    }

    private static void WriteScheduler(TemporaryFolder folder, string component, JsonElement recorded, string className)
    {
        JsonObject config = JsonNode.Parse(recorded.GetRawText())!.AsObject();
        config["_class_name"] = className;
        folder.Write($"{component}/scheduler_config.json", config.ToJsonString());
    }
}
