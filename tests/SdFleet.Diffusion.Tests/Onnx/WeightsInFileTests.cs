using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>Large weights of a model that is changed at load stay in its file, wherever in the file they begin.</summary>
public sealed class WeightsInFileTests : IDisposable
{
    // At least what is left in the file: 64 KiB.
    private const int Tokens = 512, Width = 64, Wide = 256, Channels = 32, Size = 16;

    private static readonly string[] Large = ["table", "projection", "gemm", "kernel", "offset", "halves"];

    private readonly TemporaryFolder _folder = new();
    private readonly OnnxDevice _device = OnnxDevice.Open(new() { Threads = 1, FuseAttention = false });

    public void Dispose() => _folder.Dispose();

    // Each letter more moves all that follows by a byte, so that each weight has been at every place of a float.
    [Fact]
    public void Load_WeightsAtAnyPlace_GivesTheSameBits()
    {
        HashSet<(string, long)> places = [];
        for (int letters = 0; letters < 4; letters++)
        {
            _folder.Write("m.onnx", Model(new('x', letters)));
            OnnxGraphEditor editor = Edit("m.onnx");
            using OnnxSession edited = OnnxSession.Load(editor, _device);
            using OnnxSession unchanged = OnnxSession.Load(_folder["m.onnx"], _device);

            Assert.Equal(["text", "picture", "vectors"], edited.Outputs.Select(o => o.Name));
            foreach (string output in (string[])["text", "picture"])
            {
                float[] expected = RunAsItIs("m.onnx", output);
                Assert.Equal(expected, Run(edited, output));
                Assert.Equal(expected, Run(unchanged, output));
            }

            places.UnionWith(Large.Select(name => (name, editor.Graph.FindInitializer(name)!.Data!.Offset % sizeof(float))));
        }

        Assert.Equal(4 * Large.Length, places.Count);
    }

    [Fact]
    public void LeaveWeightsInFile_LargeOnes_AreNamedAndNotCopied()
    {
        _folder.Write("m.onnx", Model(""));
        OnnxGraphEditor editor = Edit("m.onnx");
        editor.LeaveWeightsInFile(editor.FollowLinks());

        OnnxGraph built = OnnxGraph.Read(_folder.Write("built.onnx", editor.Build().Bytes)["built.onnx"]);

        Assert.InRange(new FileInfo(_folder["built.onnx"]).Length, 1, 40_000);
        foreach (OnnxInitializer weight in editor.Graph.Initializers)
        {
            OnnxInitializer copy = built.FindInitializer(weight.Name)!;
            Assert.Equal(weight.ToString(), copy.ToString());
            Assert.Equal(editor.Graph.ReadBytes(weight), built.ReadBytes(copy));
            Assert.Equal(Large.Contains(weight.Name), copy.Data!.File == _folder["m.onnx"]);
        }
    }

    // By a name in the same folder, and as the cache of Hugging Face's hub has it.
    [Theory]
    [InlineData("other.onnx")]
    [InlineData("blobs/1")]
    public void Load_FileThatIsALink_IsFollowed(string target)
    {
        _folder.Write(target, Model("")).Link("m.onnx", _folder[target]);
        OnnxGraphEditor editor = Edit("m.onnx");
        editor.LeaveWeightsInFile(editor.FollowLinks());
        Assert.InRange(editor.Build().Bytes.Length, 1, 40_000);

        using OnnxSession edited = OnnxSession.Load(Edit("m.onnx"), _device);

        Assert.Equal(RunAsItIs("m.onnx", "text"), Run(edited, "text"));
    }

    // In the model, and beside it as for changes of more than 2 GB: all else is in the model's bytes then.
    [Theory]
    [InlineData(int.MaxValue, 0)]
    [InlineData(1000, 1)]
    public void Load_WithAChangedWeight_TakesTheChange(int longestModel, int outside)
    {
        _folder.Write("m.onnx", Model(""));
        using OnnxSession edited = OnnxSession.Load(Changed(longestModel), _device);
        _folder.Write("o.onnx", Changed(int.MaxValue).ToArray());

        Assert.Equal(outside, Changed(longestModel).Build().Outside.Count);
        Assert.Equal(RunAsItIs("o.onnx", "text"), Run(edited, "text"));
        Assert.NotEqual(RunAsItIs("m.onnx", "text"), Run(edited, "text"));

        OnnxGraphEditor Changed(int longest)
        {
            OnnxGraphEditor editor = new(OnnxGraph.Read(_folder["m.onnx"]), longest);
            float[] values = Waves(Width * Wide, 9);
            editor.ReplaceInitializer(
                "projection", OnnxElementType.Float32, [Width, Wide], MemoryMarshal.AsBytes<float>(values).ToArray());
            return editor;
        }
    }

    // All that takes large weights in these models: tables, products both ways around, convolutions, sums, and halves that are widened.
    private static byte[] Model(string letters) => new OnnxBuilder()
        .Input($"ids{letters}", TensorElementType.Int64, "b", "t")
        .Input("image", TensorElementType.Float, "b", Channels, Size, Size)
        .Constant("table", Waves(Tokens * Width, 1), Tokens, Width)
        .Constant("projection", Waves(Width * Wide, 2), Width, Wide)
        .Constant("gemm", Waves(Width * Wide, 3), Width, Wide)
        .Constant("kernel", Waves(64 * Channels * 9, 4), 64, Channels, 3, 3)
        .Constant("offset", Waves(128 * 14 * 14, 5), 128, 14, 14)
        .Constant(TensorElementType.Float16, "halves", Waves(Width * 2 * Wide, 6), Width, 2 * Wide)
        .Constant("rows", [-1L, Wide], 2)
        .Constant("mix", Waves(128 * 64, 7), 128, 64, 1, 1)
        .Node("Gather", $"table ids{letters}", "vectors")
        .Node("MatMul", "vectors projection", "projected")
        .Node("Reshape", "projected rows", "matrix")
        .Node("Gemm", "matrix gemm", "narrow", "transB", 1)
        .Node("Cast", "halves", "wide", "to", (long)TensorElementType.Float)
        .Node("MatMul", "narrow wide", "text")
        .Node("Conv", "image kernel", "features")
        .Node("Conv", "features mix", "mixed")
        .Node("Add", "mixed offset", "picture")
        .Output("text", TensorElementType.Float, "n", 2 * Wide)
        .Output("picture", TensorElementType.Float, "b", 128, 14, 14)
        .Build();

    private static float[] Waves(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin((i * 1.7f) + seed) / 8)];

    private static float[] Run(OnnxSession session, string output)
    {
        using RunScope scope = new(default);
        using OrtValue ids = Ids(), image = Image();
        Dictionary<string, OrtValue> inputs = new() { [session.Inputs[0].Name] = ids, ["image"] = image };
        using OnnxResult result = session.Run(inputs, session.Outputs.Single(o => o.Name == output), scope);
        return result.Values.ToArray();
    }

    private static OrtValue Ids() => OrtValue.CreateTensorValueFromMemory([3L, 1, 4, 1, 5, 9], [2, 3]);

    private static OrtValue Image() =>
        OrtValue.CreateTensorValueFromMemory(Waves(Channels * Size * Size, 8), [1, Channels, Size, Size]);

    // By ONNX Runtime alone, which reads the file.
    private float[] RunAsItIs(string file, string output)
    {
        using SessionOptions options = _device.CreateSessionOptions(weights: 0);
        using InferenceSession session = new(_folder[file], options);
        using OrtValue ids = Ids(), image = Image();
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
            run, new Dictionary<string, OrtValue> { [session.InputNames[0]] = ids, ["image"] = image }, [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private OnnxGraphEditor Edit(string file)
    {
        OnnxGraphEditor editor = new(OnnxGraph.Read(_folder[file]));
        editor.AddOutput("vectors", OnnxElementType.Float32);
        return editor;
    }
}
