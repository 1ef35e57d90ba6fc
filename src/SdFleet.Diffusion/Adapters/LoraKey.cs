using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// What a tensor's name in a LoRA file means. Kohya's scripts write a layer's path with '_' for '.', so paths are compared in that form:
/// <c>lora_unet_mid_block_attentions_0_proj_in.lora_down.weight</c>. Diffusers has written
/// <c>unet.mid_block.attentions.0.proj_in.lora.down.weight</c> and <c>...attn1.processor.to_q_lora.down.weight</c>, with PEFT
/// <c>...attn1.to_q.lora_A.weight</c>.
/// </summary>
/// <param name="Component">The folder of the network that it changes.</param>
/// <param name="Layer">The layer's path in it, with '_' for '.'.</param>
/// <param name="Part">What it is there.</param>
internal sealed record LoraKey(string Component, string Layer, LoraPart Part)
{
    private static readonly (string Suffix, LoraPart Part)[] Suffixes =
    [
        (".lora_down.weight", LoraPart.Down),
        (".lora_up.weight", LoraPart.Up),
        (".lora_mid.weight", LoraPart.Mid),
        (".lora.down.weight", LoraPart.Down),
        (".lora.up.weight", LoraPart.Up),
        (".lora_linear_layer.down.weight", LoraPart.Down),
        (".lora_linear_layer.up.weight", LoraPart.Up),
        ("_lora.down.weight", LoraPart.Down),
        ("_lora.up.weight", LoraPart.Up),
        (".lora_A.weight", LoraPart.Down),
        (".lora_B.weight", LoraPart.Up),
        (".lora_A.default.weight", LoraPart.Down),
        (".lora_B.default.weight", LoraPart.Up),
        (".lora.alpha", LoraPart.Alpha),
        ("_lora.alpha", LoraPart.Alpha),
        (".alpha", LoraPart.Alpha),
    ];

    // The last ones are of the first files, which changed the U-Net only and did not say so.
    private static readonly (string Prefix, string Kept, string Component)[] Prefixes =
    [
        ("lora_unet_", "", ModelComponents.Unet),
        ("lora_te_", "", ModelComponents.TextEncoder),
        ("lora_te1_", "", ModelComponents.TextEncoder),
        ("lora_te2_", "", ModelComponents.TextEncoder2),
        ("unet.", "", ModelComponents.Unet),
        ("text_encoder.", "", ModelComponents.TextEncoder),
        ("text_encoder_2.", "", ModelComponents.TextEncoder2),
        ("down_blocks.", "down_blocks.", ModelComponents.Unet),
        ("mid_block.", "mid_block.", ModelComponents.Unet),
        ("up_blocks.", "up_blocks.", ModelComponents.Unet),
    ];

    // What diffusers' attention called its layers, and where they are in a U-Net and in a CLIP text encoder.
    private static readonly (string Old, string Unet, string Text)[] AttentionNames =
    [
        ("_to_q", "_to_q", "_q_proj"),
        ("_to_k", "_to_k", "_k_proj"),
        ("_to_v", "_to_v", "_v_proj"),
        ("_to_out", "_to_out_0", "_out_proj"),
    ];

    /// <summary>Reads a name; null where it is none of a LoRA.</summary>
    public static LoraKey? Parse(string name)
    {
        string text = WithoutWrapper(name);
        foreach ((string suffix, LoraPart part) in Suffixes)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
            {
                continue;
            }

            foreach ((string prefix, string kept, string component) in Prefixes)
            {
                if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length + suffix.Length)
                {
                    string layer = kept + WithoutWrapper(text[prefix.Length..^suffix.Length]);
                    return new(component, Today(Flatten(layer), component), part);
                }
            }
        }

        return null;
    }

    /// <summary>A layer's path in the form that paths are compared in.</summary>
    public static string Flatten(string path) => path.Replace('.', '_');

    // PEFT writes the class that it puts around a model.
    private static string WithoutWrapper(string name)
    {
        const string Wrapper = "base_model.model.";
        return name.StartsWith(Wrapper, StringComparison.Ordinal) ? name[Wrapper.Length..] : name;
    }

    private static string Today(string layer, string component)
    {
        layer = layer.Replace("_processor_to_", "_to_", StringComparison.Ordinal);
        foreach ((string old, string unet, string text) in AttentionNames)
        {
            if (layer.EndsWith(old, StringComparison.Ordinal))
            {
                return layer[..^old.Length] + (component == ModelComponents.Unet ? unet : text);
            }
        }

        return layer;
    }
}
