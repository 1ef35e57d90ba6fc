using System.Text.Json;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// What AUTOMATIC1111's rules make of prompts, recorded from a run of them in Python (the web UI's regular expressions and its cutting at
/// commas): examples by hand, and some put together at random.
/// </summary>
internal static class A1111Prompts
{
    private static readonly Lazy<JsonDocument> Recorded = new(() =>
    {
        using Stream file = typeof(A1111Prompts).Assembly.GetManifestResourceStream("a1111-prompts.json")!;
        return JsonDocument.Parse(file);
    });

    /// <summary>A prompt, and its runs of one weight.</summary>
    public static JsonElement Segments => Recorded.Value.RootElement.GetProperty("segments");

    /// <summary>A prompt of the words cat, dog and &lt;ti&gt;, and its chunks: a letter a token, and how many tokens have which weight.</summary>
    public static JsonElement Chunks => Recorded.Value.RootElement.GetProperty("chunks");
}
