using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>The bundled model's graph is one of an older exporter; these are the other ways in which exporters write the same.</summary>
public class ClipTextGraphTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FindLayers_NormalizationAsOneOperator_GivesLayersFromTheLast(bool computedPositions)
    {
        ClipTextGraph graph = Read(Transformer(computedPositions));

        Assert.Equal(["s4_cast", "s2"], graph.FindLayers());
        (OnnxInitializer scale, OnnxInitializer shift) = graph.FindFinalNorm();
        Assert.Equal(("scale", "shift"), (scale.Name, shift.Name));
        Assert.Equal("table", graph.FindTokenTable().Name);
    }

    [Fact]
    public void FindLayers_ExportedHiddenStates_GivesThem()
    {
        OnnxBuilder model = Transformer(computedPositions: false);
        foreach (int i in (int[])[0, 1, 2])
        {
            model.Output($"hidden_states.{i}", TensorElementType.Float, "batch", "sequence", 2);
        }

        Assert.Equal(["hidden_states.2", "hidden_states.1"], Read(model).FindLayers());
    }

    [Fact]
    public void Find_FusedGraph_SaysWhatItExpected()
    {
        ClipTextGraph graph = Read(new OnnxBuilder()
            .Input("input_ids", TensorElementType.Int64, "batch", "sequence")
            .Constant("table", [1f, 2], 1, 2)
            .Node("EmbedLayerNormalization", "input_ids table", "vectors")
            .Node("SkipLayerNormalization", "vectors table", "last_hidden_state")
            .Output("last_hidden_state", TensorElementType.Float, "batch", "sequence", 2));

        Assert.Contains("layers", Assert.Throws<ModelFormatException>(() => graph.FindLayers()).Expected, StringComparison.Ordinal);
        Assert.Contains("table", Assert.Throws<ModelFormatException>(() => graph.FindTokenTable()).Expected, StringComparison.Ordinal);
        ModelFormatException norm = Assert.Throws<ModelFormatException>(() => graph.FindFinalNorm());
        Assert.Contains("normalization", norm.Expected, StringComparison.Ordinal);
    }

    // Two layers, each of two additions to the stream; the last layer's result is converted on its way.
    private static OnnxBuilder Transformer(bool computedPositions)
    {
        OnnxBuilder model = new OnnxBuilder()
            .Input("input_ids", TensorElementType.Int64, "batch", "sequence")
            .Constant("table", [1f, 2, 3, 4], 2, 2)
            .Constant("rows", [1f, 2, 3, 4], 2, 2)
            .Constant("bias", [1f, 2], 2)
            .Constant("scale", [1f, 2], 2)
            .Constant("shift", [1f, 2], 2)
            .Constant("weights", [1f, 2, 3, 4], 2, 2)
            .Node("Reshape", "input_ids input_ids", "flat")
            .Node("Gather", "table flat", "vectors")
            .Node("Slice", computedPositions ? "rows input_ids" : "rows", "positions")
            .Node("Add", "vectors positions", "s0");
        for (int i = 1; i <= 4; i++)
        {
            model.Node("LayerNormalization", $"s{i - 1} scale shift", $"n{i}")
                .Node("MatMul", $"n{i} weights", $"p{i}")
                .Node("Add", $"bias p{i}", $"b{i}")
                .Node("Add", i % 2 == 0 ? $"b{i} s{i - 1}" : $"s{i - 1} b{i}", i == 4 ? "s4_cast" : $"s{i}");
        }

        return model
            .Node("Cast", "s4_cast", "s4", "to", (long)TensorElementType.Float)
            .Node("LayerNormalization", "s4 scale shift", "last_hidden_state")
            .Output("last_hidden_state", TensorElementType.Float, "batch", "sequence", 2);
    }

    private static ClipTextGraph Read(OnnxBuilder model)
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("model.onnx", model.Build());
        return new(OnnxGraph.Read(folder["model.onnx"]));
    }
}
