using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx.Attention;

/// <summary>
/// Makes attention that a model writes out in single operations one operation, ONNX Runtime's MultiHeadAttention. Written out, a U-Net at
/// 64x64 latents holds the scores of 4096 tokens against 4096 for each head of each row, 2 GB for one image with guidance, and again for
/// their softmax. The operator's kernel for the processor takes them in blocks that fit into its cache (Dao et al., "FlashAttention",
/// 2022), whose size it therefore must know (<see cref="ProcessorCache"/>). ONNX Runtime has
/// fusions of its own, but none that is applied at load to these graphs; ONNX's own operator Attention came with operator set 23, which
/// would change the meaning of a model's other operators.
/// </summary>
internal static class AttentionFusion
{
    // From which on indices may count from the end.
    private const int OldestOpset = 11;

    /// <summary>Changes a model.</summary>
    /// <returns>How often it was found.</returns>
    /// <exception cref="ModelFormatException">A constant cannot be read.</exception>
    public static int Apply(OnnxGraphEditor model)
    {
        if (model.Graph.Opset < OldestOpset)
        {
            return 0;
        }

        OnnxGraphUses uses = new(model);
        AttentionFinder finder = new(model, uses);
        int found = 0;
        for (int i = 0; i < model.Graph.Nodes.Count; i++)
        {
            if (finder.FindAt(i) is not { } attention)
            {
                continue;
            }

            foreach (string tensor in (string[])[attention.Query, attention.Key, attention.Value])
            {
                uses.AddUse(tensor);
            }

            uses.Remove([.. attention.Inner, i]);
            IReadOnlyList<OnnxNewNode> nodes = AttentionNodes.Write(attention, model.Graph.Nodes[i].Outputs[0]);
            model.ReplaceNode(i, found == 0 ? [.. AttentionNodes.Constants, .. nodes] : nodes);
            found++;
        }

        if (found > 0)
        {
            model.RequireOperators(AttentionNodes.Domain, AttentionNodes.Version);
        }

        return found;
    }
}
