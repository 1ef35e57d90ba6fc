using System.Globalization;

namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// The names that the first Stable Diffusion code gave the layers of its U-Net, which LoRAs for SDXL still go by:
/// <c>input_blocks.4.1.proj_in</c> is diffusers' <c>down_blocks.1.attentions.0.proj_in</c>. There all blocks are counted through, and what
/// is in a block goes by its place: residual block, attention, resampler.
/// </summary>
internal static class OriginalUnetNames
{
    private static readonly Dictionary<string, string> Fixed = new(StringComparer.Ordinal)
    {
        ["conv_in"] = "input_blocks.0.0",
        ["conv_out"] = "out.2",
        ["time_embedding.linear_1"] = "time_embed.0",
        ["time_embedding.linear_2"] = "time_embed.2",
        ["add_embedding.linear_1"] = "label_emb.0.0",
        ["add_embedding.linear_2"] = "label_emb.0.2",
    };

    private static readonly Dictionary<string, string> InResidualBlock = new(StringComparer.Ordinal)
    {
        ["conv1"] = "in_layers.2", ["time_emb_proj"] = "emb_layers.1", ["conv2"] = "out_layers.3", ["conv_shortcut"] = "skip_connection",
    };

    /// <summary>The original names of those layers that have one.</summary>
    /// <param name="layers">The layers' paths in diffusers.</param>
    public static IEnumerable<(string Original, string Layer)> Of(IReadOnlyCollection<string> layers)
    {
        // Residual blocks of a block on the way down; on the way up there is one more.
        int count = 0;
        while (layers.Any(layer => layer.StartsWith(Text($"down_blocks.0.resnets.{count}."), StringComparison.Ordinal)))
        {
            count++;
        }

        foreach (string layer in layers)
        {
            if (Find(layer, count, layers) is { } original)
            {
                yield return (original, layer);
            }
        }
    }

    private static string? Find(string layer, int count, IReadOnlyCollection<string> layers)
    {
        if (Fixed.TryGetValue(layer, out string? known))
        {
            return known;
        }

        string[] parts = layer.Split('.', 5);
        if (parts is ["mid_block", "resnets", var end, var inner] && InResidualBlock.TryGetValue(inner, out string? place))
        {
            return $"middle_block.{(end == "0" ? 0 : 2)}.{place}";
        }

        if (layer.StartsWith("mid_block.attentions.0.", StringComparison.Ordinal))
        {
            return "middle_block.1." + layer["mid_block.attentions.0.".Length..];
        }

        if (parts.Length < 5 || parts[0] is not ("down_blocks" or "up_blocks") || !TryNumber(parts[1], out int block)
            || !TryNumber(parts[3], out int index))
        {
            return null;
        }

        bool down = parts[0] == "down_blocks";
        string name = down ? "input_blocks" : "output_blocks";
        int first = block * (count + 1) + (down ? 1 : 0);
        return (parts[2], parts[4]) switch
        {
            ("resnets", var part) when InResidualBlock.TryGetValue(part, out string? inside) => Text($"{name}.{first + index}.0.{inside}"),
            ("attentions", var part) => Text($"{name}.{first + index}.1.{part}"),
            ("downsamplers", "conv") => Text($"{name}.{first + count}.0.op"),
            ("upsamplers", "conv") => Text($"{name}.{first + count}.{(HasAttention(block) ? 2 : 1)}.conv"),
            _ => null,
        };

        bool HasAttention(int of) => layers.Any(l => l.StartsWith(Text($"up_blocks.{of}.attentions."), StringComparison.Ordinal));
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
