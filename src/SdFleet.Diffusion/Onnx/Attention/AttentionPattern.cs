using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx.Attention;

/// <summary>Attention as a graph writes it out: softmax(scale · query · key^T) · value.</summary>
/// <param name="Query">[..., s, d].</param>
/// <param name="Key">Its last two dimensions are t and d, once <see cref="KeyPermutation"/> is applied.</param>
/// <param name="Value">[..., t, e].</param>
/// <param name="Scale">What the products are multiplied with; not 0.</param>
internal sealed record AttentionPattern(string Query, string Key, string Value, float Scale)
{
    /// <summary>What brings the key's dimensions in order; empty where they are.</summary>
    public IReadOnlyList<long> KeyPermutation { get; init; } = [];

    /// <summary>Whether the key's last two dimensions are the other way around, and nothing is known of those before.</summary>
    public bool KeyIsTransposed { get; init; }

    /// <summary>The type of the result, where the graph converts on the way; undefined where it does not.</summary>
    public OnnxElementType Type { get; init; }

    /// <summary>The operations of which it consists, by index, the last one apart.</summary>
    public IReadOnlyList<int> Inner { get; init; } = [];
}
