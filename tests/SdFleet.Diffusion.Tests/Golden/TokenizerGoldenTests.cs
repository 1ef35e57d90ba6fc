using System.Text.Json;
using SdFleet.Diffusion.Tokenization;
using Xunit.Abstractions;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The tokenizer against Hugging Face's fast one, on CLIP's vocabulary.</summary>
public class TokenizerGoldenTests(ITestOutputHelper output)
{
    private static readonly Lazy<ClipTokenizer> Clip = new(() => ClipTokenizer.Load(Path.Combine(GoldenFolder.Root, "tokenizer")));

    public static TheoryData<string, int> Cases()
    {
        var data = new TheoryData<string, int>();
        foreach (string file in GoldenPipelines.OrNone(GoldenFolder.Files("tokenizer").Where(IsCaseFile)))
        {
            int count = file == GoldenPipelines.None ? 1 : GoldenFolder.Read(file).GetProperty("cases").GetArrayLength();
            for (int i = 0; i < count; i++)
            {
                data.Add(file, i);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EncodePrompt_GoldenPrompt_GivesTheFastTokenizersIds(string file, int index)
    {
        if (file == GoldenPipelines.None)
        {
            output.WriteLine($"tokenizer: {file}");
            return;
        }

        JsonElement golden = GoldenFolder.Read(file).GetProperty("cases")[index];
        string prompt = golden.Text("prompt");
        output.WriteLine(JsonSerializer.Serialize(prompt));
        int[] ids = Ids(golden, "ids");
        TokenizedPrompt actual = Clip.Value.EncodePrompt(prompt);

        // The fast tokenizer's ids are there only where they differ, and without padding.
        int[] expected = golden.Optional("ids_hf_fast") is null ? ids[..golden.Int("n")] : Ids(golden, "ids_hf_fast");
        Assert.Equal(expected, actual.Ids.Span[..actual.Length].ToArray());
        Assert.Equal(ids.Length, actual.Ids.Length);
        Assert.All(actual.Ids.Span[actual.Length..].ToArray(), id => Assert.Equal(ids[^1], id));
        if (golden.Optional("ids_hf_fast") is null)
        {
            Assert.Equal(golden.Int("untruncated"), Clip.Value.Encode(prompt).Count);
            Assert.Equal(golden.Int("untruncated") - (golden.Int("n") - 2), actual.DroppedTokens);
        }
    }

    // The vocabulary lies in the same folder, and "format" is one of its words.
    private static bool IsCaseFile(string file) =>
        GoldenFolder.Read(file).Optional("format") is { ValueKind: JsonValueKind.String } format
        && format.GetString()!.StartsWith("oracle-clip-tokenizer", StringComparison.Ordinal);

    private static int[] Ids(JsonElement golden, string name) => [.. golden.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
