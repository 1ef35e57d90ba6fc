using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The text encoder: token ids in, one vector a token out. Safe for use from several threads.</summary>
internal sealed class TextEncoder : IDisposable
{
    private readonly OnnxSession _session;
    private readonly OnnxTensorSpec _ids;
    private readonly OnnxTensorSpec? _mask;
    private readonly OnnxTensorSpec _output;

    /// <param name="session">The model.</param>
    /// <param name="output">The output that holds the vectors; null for the usual one.</param>
    public TextEncoder(OnnxSession session, string? output = null)
    {
        OnnxRoles roles = new(session, "a text encoder");
        _session = session;
        _ids = roles.Input("int32 or int64 token ids of rank 2", IsIdMatrix, "input_ids");
        _mask = roles.OptionalInput("attention_mask", "an int32 or int64 attention mask of rank 2", IsIdMatrix);
        _output = roles.Output("float hidden states of rank 3", s => s.IsFloat && s.Rank == 3, output ?? "last_hidden_state");
        roles.RefuseOtherInputs();
    }

    /// <summary>The model file.</summary>
    public string File => _session.File;

    /// <summary>The length of a token's vector where the model says it, else -1.</summary>
    public int Width => _output.Dimensions[2];

    /// <summary>Encodes one prompt.</summary>
    /// <returns>As many vectors as the prompt has ids, one behind the other.</returns>
    public float[] Encode(TokenizedPrompt prompt, RunScope scope)
    {
        ReadOnlySpan<int> ids = prompt.Ids.Span;
        Dictionary<string, OrtValue> inputs = [];
        try
        {
            inputs.Add(_ids.Name, Create(_ids.Type, ids));
            if (_mask is not null)
            {
                int[] mask = new int[ids.Length];
                mask.AsSpan(0, prompt.Length).Fill(1);
                inputs.Add(_mask.Name, Create(_mask.Type, mask));
            }

            using OnnxResult result = _session.Run(inputs, _output, scope);
            return result.Values.ToArray();
        }
        finally
        {
            foreach (OrtValue input in inputs.Values)
            {
                input.Dispose();
            }
        }
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();

    private static bool IsIdMatrix(OnnxTensorSpec spec) => spec.IsIndex && spec.Rank == 2;

    private static OrtValue Create(TensorElementType type, ReadOnlySpan<int> values)
    {
        OrtValue tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, [1, values.Length]);
        Span<byte> bytes = tensor.GetTensorMutableRawData();
        if (type == TensorElementType.Int32)
        {
            values.CopyTo(MemoryMarshal.Cast<byte, int>(bytes));
        }
        else
        {
            Span<long> wide = MemoryMarshal.Cast<byte, long>(bytes);
            for (int i = 0; i < values.Length; i++)
            {
                wide[i] = values[i];
            }
        }

        return tensor;
    }
}
