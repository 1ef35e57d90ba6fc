using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Tests.Onnx.Graph;

public sealed class OnnxGraphTests
{
    private static readonly float[] Values = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void Read_SmallModel_SaysWhatItIs()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", Product());

        OnnxGraph graph = OnnxGraph.Read(folder["m.onnx"]);

        Assert.Equal(13, graph.Opset);
        Assert.Equal("x: float32[rows,2]", Assert.Single(graph.Inputs).ToString());
        Assert.Equal("y: float32[rows,3]", Assert.Single(graph.Outputs).ToString());
        Assert.Equal(["product", "y"], graph.Nodes.Select(node => node.Name));
        Assert.Equal(["x", "w"], graph.Nodes[0].Inputs);
        Assert.Equal("MatMul", graph.Nodes[0].OpType);
        OnnxInitializer weight = graph.FindInitializer("w")!;
        Assert.Equal("w: float32[2,3]", weight.ToString());
        Assert.Equal(folder["m.onnx"], weight.Data!.File);
        Assert.Equal(24, weight.Data.Length);
        Assert.Equal(Values, graph.ReadFloats(weight));
    }

    [Fact]
    public void ReadFloats_WeightBesideTheModel_ReadsThatFile()
    {
        byte[] beside = [9, 9, 9, 9, .. MemoryMarshal.AsBytes<float>(Values)];
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", Outside("m.data")).Write("m.data", beside);

        OnnxGraph graph = OnnxGraph.Read(folder["m.onnx"]);

        Assert.Equal(new OnnxDataLocation(folder["m.data"], 4, 24), graph.FindInitializer("w")!.Data);
        Assert.Equal(Values, graph.ReadFloats(graph.FindInitializer("w")!));
    }

    [Theory]
    [InlineData("missing.data", "a readable file with the weight w: float32[2,3]")]
    [InlineData("short.data", "24 bytes at 4 for the weight w: float32[2,3]")]
    public void ReadFloats_NotWhatWasSaid_NamesTheWeight(string location, string expected)
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", Outside(location)).Write("short.data", new byte[27]);
        OnnxGraph graph = OnnxGraph.Read(folder["m.onnx"]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => graph.ReadFloats(graph.FindInitializer("w")!));

        Assert.Equal(expected, error.Expected);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../m.data")]
    [InlineData("a/../../m.data")]
    [InlineData("")]
    public void Read_WeightOutsideOfTheFolder_IsRefused(string location)
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", Outside(location));

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => OnnxGraph.Read(folder["m.onnx"]));

        Assert.Contains("no file below the model's folder", error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HalfPrecisionWeights_AreConverted()
    {
        byte[] halves = new byte[12];
        for (int i = 0; i < Values.Length; i++)
        {
            BitConverter.TryWriteBytes(halves.AsSpan(2 * i), (Half)Values[i]);
        }

        byte[] model = new OnnxBuilder().Constant("w", TensorElementType.Float16, halves, 6).Node("Cast", "w", "y", "to", 1).Build();
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", model);
        OnnxGraph graph = OnnxGraph.Read(folder["m.onnx"]);

        Assert.Equal(Values, graph.ReadFloats(graph.FindInitializer("w")!));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x3A, 0x02, 0x0A, 0x05 })]
    [InlineData(new byte[] { 0x3A, 0x02, 0x2A, 0x00, 0x3A, 0x00 })]
    public void Read_NoOnnxFile_IsRefused(byte[] bytes)
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", bytes);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => OnnxGraph.Read(folder["m.onnx"]));

        Assert.Equal("an ONNX file", error.Expected);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(100, false)]
    public void Read_GraphsInGraphs_AreReadSoFarAsPeopleWriteThem(int depth, bool reads)
    {
        OnnxBuilder graph = new OnnxBuilder().Node("Abs", "inner", "a");
        for (int i = 0; i < depth; i++)
        {
            graph = new OnnxBuilder().If("condition", $"z{i}", graph, new());
        }

        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", graph.Build());
        Exception? error = Record.Exception(() => OnnxGraph.Read(folder["m.onnx"]));

        if (reads)
        {
            Assert.Null(error);
            Assert.Contains("inner", OnnxGraph.Read(folder["m.onnx"]).Content.InnerInputs);
        }
        else
        {
            Assert.Contains("graphs in graphs", Assert.IsType<ModelFormatException>(error).Found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_EveryTruncation_IsRefusedOrReads()
    {
        byte[] whole = Product();
        using TemporaryFolder folder = new();
        for (int length = 0; length < whole.Length; length++)
        {
            ReadAll(folder.Write("m.onnx", whole[..length])["m.onnx"]);
        }
    }

    [Fact]
    public void Read_AnyByteChanged_IsRefusedOrReads()
    {
        byte[] whole = Outside("m.data");
        using TemporaryFolder folder = new TemporaryFolder().Write("m.data", new byte[28]);
        byte[] others = [0, 1, 0x7F, 0x80, 0xFF];
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (byte other in others)
            {
                byte[] mutated = [.. whole];
                mutated[i] = other;
                ReadAll(folder.Write("m.onnx", mutated)["m.onnx"]);
            }
        }
    }

    // y = x w + 0, with a node between.
    internal static byte[] Product() => new OnnxBuilder()
        .Input("x", TensorElementType.Float, "rows", 2)
        .Constant("w", Values, 2, 3)
        .Constant("zero", [0f], 1)
        .Node("MatMul", "x w", "product")
        .Node("Add", "product zero", "y")
        .Output("y", TensorElementType.Float, "rows", 3)
        .Build();

    // The same with w in another file.
    internal static byte[] Outside(string location) => new OnnxBuilder()
        .Input("x", TensorElementType.Float, "rows", 2)
        .External("w", TensorElementType.Float, location, offset: 4, length: 24, 2, 3)
        .Constant("zero", [0f], 1)
        .Node("MatMul", "x w", "product")
        .Node("Add", "product zero", "y")
        .Output("y", TensorElementType.Float, "rows", 3)
        .Build();

    // Any other exception fails the test.
    private static void ReadAll(string file)
    {
        try
        {
            OnnxGraph graph = OnnxGraph.Read(file);
            foreach (OnnxInitializer initializer in graph.Initializers)
            {
                graph.ReadFloats(initializer);
            }
        }
        catch (ModelFormatException)
        {
        }
    }
}
