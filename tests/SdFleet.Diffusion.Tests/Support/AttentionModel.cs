using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// Attention by itself, <c>y</c> of <c>q</c>, <c>k</c> and <c>v</c>, as exporters write it. All have the head as their third dimension and
/// the tokens as their second, or in three dimensions no heads.
/// </summary>
internal static class AttentionModel
{
    public const int Rows = 2, Heads = 3, Queries = 21, Keys = 13, Width = 8, ValueWidth = 5;

    private const float Scale = 0.3f;

    /// <summary>The ways of exporters.</summary>
    public static string[] Ways { get; } = ["behind", "divided", "before", "root", "baddbmm", "converted"];

    /// <summary>A model.</summary>
    /// <param name="way">One of <see cref="Ways"/>.</param>
    /// <param name="type">The type of all inputs and of the output.</param>
    /// <param name="fixedShape">Whether it takes one shape only.</param>
    public static byte[] Build(string way, TensorElementType type = TensorElementType.Float, bool fixedShape = false)
    {
        OnnxBuilder model = new();
        (string query, string key, string value) = way == "baddbmm" ? Flat(model, type, fixedShape) : Heads4(model, type, fixedShape);
        switch (way)
        {
            case "behind":
                model.Scalar("c", Scale)
                    .Node("MatMul", $"{query} {key}", "scores")
                    .Node("Mul", "scores c", "scaled")
                    .Node("Softmax", "scaled", "weights", "axis", -1);
                break;
            case "divided":
                model.Constant("c", [1 / Scale], 1)
                    .Node("MatMul", $"{query} {key}", "scores")
                    .Node("Div", "scores c", "scaled")
                    .Node("Softmax", "scaled", "weights", "axis", 3);
                break;
            case "before":
                model.Constant(type, "c", [Scale])
                    .Node("Mul", $"{query} c", "scaled")
                    .Node("MatMul", $"scaled {key}", "scores")
                    .Node("Softmax", "scores", "weights", "axis", -1);
                break;
            case "root":
                model.Constant(type, "c", [MathF.Sqrt(Scale)])
                    .Node("Mul", $"{query} c", "scaled_query")
                    .Node("Mul", $"{key} c", "scaled_key")
                    .Node("MatMul", "scaled_query scaled_key", "scores")
                    .Node("Softmax", "scores", "weights", "axis", -1);
                break;
            case "baddbmm":
                model.Constant("two", [0L, 1], 2).Constant("one", [1L], 1)
                    .Node("Shape", query, "query_shape").Node("Gather", "query_shape two", "rows")
                    .Node("Shape", "k", "key_shape").Node("Gather", "key_shape one", "columns")
                    .Node("Concat", "rows columns", "shape", "axis", 0)
                    .Node("ConstantOfShape", "shape", "empty")
                    .Scalar("beta", 0).Scalar("alpha", Scale)
                    .Node("Cast", "alpha", "factor", "to", (long)TensorElementType.Float)
                    .Node("MatMul", $"{query} {key}", "scores")
                    .Node("Mul", "scores factor", "scaled")
                    .Node("Mul", "empty beta", "nothing")
                    .Node("Add", "scaled nothing", "sum")
                    .Node("Softmax", "sum", "single", "axis", -1)
                    .Node("Cast", "single", "weights", "to", (long)type);
                break;
            default:
                model.Constant("c", [Scale])
                    .Node("MatMul", $"{query} {key}", "scores")
                    .Node("Cast", "scores", "single", "to", (long)TensorElementType.Float)
                    .Node("Mul", "c single", "scaled")
                    .Node("Softmax", "scaled", "wide", "axis", -1)
                    .Node("Cast", "wide", "weights", "to", (long)type);
                break;
        }

        object[] shape = way == "baddbmm" ? ["rows", "queries", ValueWidth] : ["rows", "heads", "queries", ValueWidth];
        return model.Node("MatMul", $"weights {value}", "y").Output("y", type, shape).Build();
    }

    /// <summary>The shapes of a model's inputs.</summary>
    public static long[] ShapeOf(string input, bool heads) => (input, heads) switch
    {
        ("q", true) => [Rows, Queries, Heads, Width],
        ("k", true) => [Rows, Keys, Heads, Width],
        (_, true) => [Rows, Keys, Heads, ValueWidth],
        ("q", false) => [Rows * Heads, Queries, Width],
        ("k", false) => [Rows * Heads, Keys, Width],
        _ => [Rows * Heads, Keys, ValueWidth],
    };

    private static (string Query, string Key, string Value) Heads4(OnnxBuilder model, TensorElementType type, bool fixedShape)
    {
        AddInputs(model, type, fixedShape, heads: true);
        model.Node("Transpose", "q", "query", "perm", 0, 2, 1, 3)
            .Node("Transpose", "k", "key", "perm", 0, 2, 3, 1)
            .Node("Transpose", "v", "value", "perm", 0, 2, 1, 3);
        return ("query", "key", "value");
    }

    private static (string Query, string Key, string Value) Flat(OnnxBuilder model, TensorElementType type, bool fixedShape)
    {
        AddInputs(model, type, fixedShape, heads: false);
        model.Node("Transpose", "k", "key", "perm", 0, 2, 1);
        return ("q", "key", "v");
    }

    private static void AddInputs(OnnxBuilder model, TensorElementType type, bool fixedShape, bool heads)
    {
        foreach (string input in (string[])["q", "k", "v"])
        {
            long[] sizes = ShapeOf(input, heads);
            object[] shape = [.. sizes.Select((size, i) => fixedShape || i == sizes.Length - 1 ? (object)(int)size : $"{input}{i}")];
            model.Input(input, type, shape);
        }
    }
}
