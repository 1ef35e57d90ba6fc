using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Tests.Onnx.Graph;

public sealed class OnnxGraphEditorTests
{
    private static readonly float[] NewValues = [1, 0, 2, 0, 0, 1, 0, 3];

    [Fact]
    public void ToArray_WithoutChanges_IsTheFile()
    {
        byte[] model = OnnxGraphTests.Product();
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", model);

        Assert.Equal(model, new OnnxGraphEditor(OnnxGraph.Read(folder["m.onnx"])).ToArray());
    }

    [Fact]
    public void ReplaceInitializer_OtherShape_ChangesOnlyThat()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", OnnxGraphTests.Product());
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder["m.onnx"]));

        editor.ReplaceInitializer("w", OnnxElementType.Float32, [2, 4], MemoryMarshal.AsBytes<float>(NewValues).ToArray());

        OnnxGraph edited = OnnxGraph.Read(folder.Write("e.onnx", editor.ToArray())["e.onnx"]);
        Assert.Equal("w: float32[2,4]", edited.FindInitializer("w")!.ToString());
        Assert.Equal(NewValues, edited.ReadFloats(edited.FindInitializer("w")!));

        // And back again: the same bytes as before, so that nothing else was touched.
        OnnxGraphEditor back = new(edited);
        float[] old = [1, 2, 3, 4, 5, 6];
        back.ReplaceInitializer("w", OnnxElementType.Float32, [2, 3], MemoryMarshal.AsBytes<float>(old).ToArray());
        Assert.Equal(OnnxGraphTests.Product(), back.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_Edited_RunsWithTheNewWeightsAndOutputs(bool outside)
    {
        byte[] model = outside ? OnnxGraphTests.Outside("m.data") : OnnxGraphTests.Product();
        float[] old = [1, 2, 3, 4, 5, 6];
        using TemporaryFolder folder = new TemporaryFolder()
            .Write("m.onnx", model)
            .Write("m.data", [0, 0, 0, 0, .. MemoryMarshal.AsBytes<float>(old)]);
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder["m.onnx"]));
        float[] hundred = [100];

        editor.ReplaceInitializer("zero", OnnxElementType.Float32, [1], MemoryMarshal.AsBytes<float>(hundred).ToArray());
        editor.AddOutput("product", OnnxElementType.Float32);

        using OnnxSession session = OnnxSession.Load(editor, OnnxDevice.Open(new() { Threads = 1 }));
        Assert.Equal(["y", "product"], session.Outputs.Select(output => output.Name));
        Assert.Equal([105, 107, 109], Run(session, "y"));
        Assert.Equal([5, 7, 9], Run(session, "product"));
    }

    [Fact]
    public void AddOutput_ThereAlready_IsNoChange()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", OnnxGraphTests.Product());
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder["m.onnx"]));

        editor.AddOutput("y", OnnxElementType.Float32);

        Assert.False(editor.HasChanges);
    }

    [Fact]
    public void Changes_OfWhatIsNotThere_AreRefused()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("m.onnx", OnnxGraphTests.Product());
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder["m.onnx"]));

        Assert.Throws<ModelFormatException>(() => editor.AddOutput("z", OnnxElementType.Float32));
        Assert.Throws<ModelFormatException>(() => editor.ReplaceInitializer("z", OnnxElementType.Float32, [1], new byte[4]));
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => editor.ReplaceInitializer("w", OnnxElementType.Float32, [2, 3], new byte[20]));
        Assert.Contains("20 bytes; its shape and type need 24", error.Message, StringComparison.Ordinal);
    }

    private static float[] Run(OnnxSession session, string output)
    {
        using RunScope scope = new(default);
        using OrtValue x = OrtValue.CreateTensorValueFromMemory([1f, 1], [1, 2]);
        Dictionary<string, OrtValue> inputs = new() { ["x"] = x };
        using OnnxResult result = session.Run(inputs, session.Outputs.Single(o => o.Name == output), scope);
        return result.Values.ToArray();
    }
}
