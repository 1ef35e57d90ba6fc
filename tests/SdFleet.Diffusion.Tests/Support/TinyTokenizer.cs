using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// A tokenizer folder with the 256 byte symbols (ids 0 to 255, by byte), the same at a word's end (256 to 511), the results of four merges,
/// and start and end.
/// </summary>
internal static class TinyTokenizer
{
    public const int Cat = 514, Begin = 516, End = 517, Size = 518;

    private static readonly string[] Merges = ["c a", "a t</w>", "ca t</w>", "d o"];
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>The id of a byte inside a word.</summary>
    public static int Inside(char letter) => letter;

    /// <summary>The id of a byte at a word's end.</summary>
    public static int Last(char letter) => 256 + letter;

    public static TemporaryFolder Write(TemporaryFolder folder, string prefix = "") => folder
        .Write($"{prefix}vocab.json", JsonSerializer.Serialize(Vocabulary(), Readable))
        .Write($"{prefix}merges.txt", string.Join('\n', (string[])["#version: 0.2", .. Merges, ""]))
        .Write($"{prefix}tokenizer_config.json", """{ "model_max_length": 77 }""");

    private static Dictionary<string, int> Vocabulary()
    {
        Dictionary<string, int> ids = [];
        for (int end = 0; end < 2; end++)
        {
            for (int value = 0; value < 256; value++)
            {
                ids.Add(ByteSymbols.Of((byte)value).ToString(CultureInfo.InvariantCulture) + (end == 1 ? "</w>" : ""), ids.Count);
            }
        }

        foreach (string merge in Merges)
        {
            ids.Add(merge.Replace(" ", "", StringComparison.Ordinal), ids.Count);
        }

        ids.Add("<|startoftext|>", ids.Count);
        ids.Add("<|endoftext|>", ids.Count);
        return ids;
    }
}
