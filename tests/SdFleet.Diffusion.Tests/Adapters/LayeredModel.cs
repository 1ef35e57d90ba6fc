using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Tests.Adapters;

/// <summary>
/// A network with each kind of layer that a LoRA changes, named and stored as exporters do: a convolution, a linear layer as an anonymous
/// transposed product, one that kept its name, and one in half precision that the model converts.
/// </summary>
internal sealed record LayeredModel
{
    public const string Conv = "conv_in", Product = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
    public const string Gemm = "time_embedding.linear_1", Half = "mid_block.attentions.0.proj_in";

    /// <summary>[3,2,3,3].</summary>
    public float[] ConvWeight { get; init; } = Waves(54, 1);

    /// <summary>[5,3]: out, in, as PyTorch has it.</summary>
    public float[] ProductWeight { get; init; } = Waves(15, 2);

    /// <summary>[6,5].</summary>
    public float[] GemmWeight { get; init; } = Waves(30, 3);

    /// <summary>[2,6]; numbers that half precision has.</summary>
    public float[] HalfWeight { get; init; } = [.. Waves(12, 4).Select(w => (float)(System.Half)w)];

    /// <summary>Whether <see cref="HalfWeight"/> is stored in half precision and converted by the model.</summary>
    public bool StoresHalf { get; init; } = true;

    public static float[] Waves(int count, int seed) => [.. Enumerable.Range(1, count).Select(i => MathF.Sin(i * 1.7f + seed * seed))];

    public byte[] Build()
    {
        float[] half = Transpose(HalfWeight, 2);
        OnnxBuilder model = new OnnxBuilder()
            .Input("sample", TensorElementType.Float, 1, 2, 4, 4)
            .Constant("conv_in.weight", ConvWeight, 3, 2, 3, 3)
            .Node("Conv", "sample conv_in.weight", "/conv_in/Conv")
            .Constant("rows", [4L, 3], 2)
            .Node("Reshape", "/conv_in/Conv rows", "flat")
            .Constant("onnx::MatMul_1", Transpose(ProductWeight, 5), 3, 5)
            .Node("MatMul", "flat onnx::MatMul_1", "/mid_block/attentions.0/transformer_blocks.0/attn1/to_q/MatMul")
            .Constant("time_embedding.linear_1.weight", GemmWeight, 6, 5)
            .Node(
                "Gemm",
                "/mid_block/attentions.0/transformer_blocks.0/attn1/to_q/MatMul time_embedding.linear_1.weight",
                "/time_embedding/linear_1/Gemm",
                "transB",
                1);
        if (StoresHalf)
        {
            byte[] bytes = [.. half.SelectMany(w => BitConverter.GetBytes((System.Half)w))];
            model.Constant("onnx::MatMul_2_fp16", TensorElementType.Float16, bytes, 6, 2)
                .Node("Cast", "onnx::MatMul_2_fp16", "onnx::MatMul_2", "to", (long)TensorElementType.Float);
        }
        else
        {
            model.Constant("onnx::MatMul_2", half, 6, 2);
        }

        return model.Node("MatMul", "/time_embedding/linear_1/Gemm onnx::MatMul_2", "/mid_block/attentions.0/proj_in/MatMul")
            .Node("Tanh", "/mid_block/attentions.0/proj_in/MatMul", "y")
            .Output("y", TensorElementType.Float, 4, 2)
            .Build();
    }

    /// <summary>What a loaded model makes of some input.</summary>
    public static float[] Run(OnnxSession session)
    {
        using RunScope scope = new(default);
        using OrtValue sample = OrtValue.CreateTensorValueFromMemory(Waves(32, 5), [1, 2, 4, 4]);
        Dictionary<string, OrtValue> inputs = new() { ["sample"] = sample };
        using OnnxResult result = session.Run(inputs, session.Outputs[0], scope);
        return result.Values.ToArray();
    }

    private static float[] Transpose(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        return [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[i % rows * columns + i / rows])];
    }
}
