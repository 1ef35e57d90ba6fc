using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Attention;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.ShapesModel;
using Xunit.Abstractions;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>Attention as one operation: found in every exporter's graph, equal to what it replaces, and nothing else replaced.</summary>
public sealed class AttentionFusionTests(ITestOutputHelper output) : IDisposable
{
    private const string Fused = "MultiHeadAttention";

    private static readonly float[] Numbers = [.. Enumerable.Range(1, 64).Select(i => MathF.Sin(i * 1.3f))];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, TensorElementType, bool> Exports()
    {
        TheoryData<string, TensorElementType, bool> all = new();
        foreach (string way in AttentionModel.Ways)
        {
            all.Add(way, TensorElementType.Float, false);
            all.Add(way, TensorElementType.Float, true);
        }

        all.Add("before", TensorElementType.Float16, false);
        all.Add("root", TensorElementType.Float16, false);
        all.Add("converted", TensorElementType.Float16, false);
        return all;
    }

    public static TheoryData<string> GoldenModels() => [.. GoldenPipelines.OrNone(
        Directory.Exists(Path.Combine(GoldenFolder.Root, "pipelines"))
            ? Directory.EnumerateFiles(Path.Combine(GoldenFolder.Root, "pipelines"), "*.onnx", SearchOption.AllDirectories)
                .Where(file => !file.Contains("text_encoder", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(GoldenFolder.Root, file))
                .Order(StringComparer.Ordinal)
            : [])];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Exports))]
    public void Load_EveryExportersAttention_GivesTheSameWithoutTheScores(string way, TensorElementType type, bool fixedShape)
    {
        _folder.Write("m.onnx", AttentionModel.Build(way, type, fixedShape));

        OnnxGraph fused = Fuse("m.onnx", expected: 1);

        Assert.Single(fused.Nodes, node => node is { OpType: Fused, Domain: "com.microsoft" });
        Assert.DoesNotContain(fused.Nodes, node => node.OpType is "MatMul" or "Softmax" or "Div" or "Add" or "ConstantOfShape");
        float[] expected = Run("m.onnx", type, fuse: false), actual = Run("m.onnx", type, fuse: true);
        double tolerance = type == TensorElementType.Float ? 5e-6 : 5e-3;
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }

    // The golden cases are exports of diffusers; their images are compared where they are generated.
    [Theory]
    [MemberData(nameof(GoldenModels))]
    public void Apply_DiffusersExport_LeavesNoSoftmax(string file)
    {
        if (file == GoldenPipelines.None)
        {
            output.WriteLine(file);
            return;
        }

        OnnxGraph graph = OnnxGraph.Read(Path.Combine(GoldenFolder.Root, file));
        int attention = Count(graph, "Softmax");
        Assert.True(attention > 0);

        OnnxGraph fused = Fuse(graph, attention);

        Assert.Equal(attention, Count(fused, Fused));
        Assert.DoesNotContain(fused.Nodes, node => node.OpType == "Softmax");

        // Each had a matrix of zeros to be added, as large as the scores.
        Assert.Equal(attention, Count(graph, "ConstantOfShape") - Count(fused, "ConstantOfShape"));
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("vae_decoder")]
    [InlineData("vae_encoder")]
    public void Apply_BundledModel_LeavesNoSoftmax(string component)
    {
        OnnxGraph graph = OnnxGraph.Read(Path.Combine(ShapesModelFolder.Path, component, "model.onnx"));
        int attention = Count(graph, "Softmax");

        OnnxGraph fused = Fuse(graph, attention);

        Assert.Equal(attention, Count(fused, Fused));
        Assert.DoesNotContain(fused.Nodes, node => node.OpType == "Softmax");
    }

    [Fact]
    public void Apply_MaskedAttentionOfATextEncoder_IsLeftAlone()
    {
        OnnxGraphEditor editor = new(OnnxGraph.Read(Path.Combine(ShapesModelFolder.Path, "text_encoder", "model.onnx")));

        Assert.Equal(0, AttentionFusion.Apply(editor));
        Assert.False(editor.HasChanges);
    }

    [Fact]
    public void Generate_BundledModel_PaintsTheSameEitherWay()
    {
        byte[] fused = Paint(fuse: true), writtenOut = Paint(fuse: false);

        Assert.All(fused.Zip(writtenOut), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    [Theory]
    [InlineData("mask")]
    [InlineData("weighed keys")]
    [InlineData("other axis")]
    [InlineData("unknown axis")]
    [InlineData("fixed keys")]
    [InlineData("weights are an output")]
    [InlineData("weights are used twice")]
    [InlineData("weights are used in a branch")]
    [InlineData("scale of nothing")]
    [InlineData("scores are made an output")]
    public void Apply_SomethingElse_IsLeftAlone(string what)
    {
        OnnxBuilder model = new OnnxBuilder()
            .Input("q", TensorElementType.Float, "b", 3, 7, 8)
            .Input("v", TensorElementType.Float, "b", 3, 5, 8)
            .Scalar("c", what == "scale of nothing" ? 0 : 0.3f)
            .Node("Transpose", "v", "moved", "perm", 0, 1, 3, 2);
        if (what == "fixed keys")
        {
            model.Constant("key", [.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))], 8, 5);
        }
        else
        {
            model.Node("Identity", "moved", "key");
        }

        model.Node("MatMul", "q key", "scores").Node("Mul", "scores c", "scaled");
        string scaled = "scaled";
        if (what is "mask" or "weighed keys")
        {
            scaled = "masked";
            model.Input("mask", TensorElementType.Float, 5).Node(what == "mask" ? "Add" : "Mul", "scaled mask", scaled);
        }

        // The key is no transposition any more: nothing says how many dimensions there are.
        model.Node("Softmax", scaled, "weights", "axis", what == "other axis" ? 2 : what == "unknown axis" ? 3 : -1);
        model.Node("MatMul", "weights v", "y").Output("y", TensorElementType.Float, "b", 3, 7, 8);
        switch (what)
        {
            case "weights are an output":
                model.Output("weights", TensorElementType.Float, "b", 3, 7, 5);
                break;
            case "weights are used twice":
                model.Node("Exp", "weights", "other").Output("other", TensorElementType.Float, "b", 3, 7, 5);
                break;
            case "weights are used in a branch":
                model.Input("condition", TensorElementType.Bool)
                    .If("condition", "z", new OnnxBuilder().Node("Exp", "weights", "e"), new OnnxBuilder().Node("Abs", "weights", "a"));
                break;
        }

        _folder.Write("m.onnx", model.Build());
        OnnxGraphEditor editor = new(OnnxGraph.Read(_folder["m.onnx"]));
        if (what == "scores are made an output")
        {
            editor.AddOutput("scores");
        }

        bool changed = editor.HasChanges;
        Assert.Equal(0, AttentionFusion.Apply(editor));
        Assert.Equal(changed, editor.HasChanges);
    }

    [Fact]
    public void Apply_OtherUsesOfTheOperands_Stay()
    {
        byte[] model = new OnnxBuilder()
            .Input("q", TensorElementType.Float, "b", 7, 8)
            .Input("k", TensorElementType.Float, "b", 5, 8)
            .Constant("c", [0.5f])
            .Node("Transpose", "k", "key", "perm", 0, 2, 1)
            .Node("MatMul", "q key", "scores").Node("Mul", "scores c", "scaled").Node("Softmax", "scaled", "weights", "axis", -1)
            .Node("MatMul", "weights k", "y")
            .Node("Mul", "key c", "z")
            .Output("y", TensorElementType.Float, "b", 7, 8).Output("z", TensorElementType.Float, "b", 8, 5)
            .Build();
        _folder.Write("m.onnx", model);

        OnnxGraph fused = Fuse("m.onnx", expected: 1);

        Assert.Equal(2, fused.Nodes.Count(node => node.OpType is "Transpose" or "Mul"));
        Assert.NotNull(fused.FindInitializer("c"));
    }

    [Fact]
    public void Apply_WeightsThatNothingTakesAnyMore_Go()
    {
        _folder.Write("m.onnx", AttentionModel.Build("divided"));

        Assert.Null(Fuse("m.onnx", expected: 1).FindInitializer("c"));
    }

    // The way of large models, and of their LoRAs: one weight in another file, one changed.
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(0)]
    public void Load_WeightsBesideTheModelAndChanged_AreThoseOfTheFusedModel(int longestModel)
    {
        float[] changed = [.. Numbers.Select(value => value / 2)];
        _folder.Write("m.onnx", Projected("m.data")).Write("m.data", MemoryMarshal.AsBytes<float>(Numbers).ToArray());

        float[] fused = RunChanged(fuse: true), writtenOut = RunChanged(fuse: false);

        Assert.All(fused.Zip(writtenOut), pair => Assert.Equal(pair.First, pair.Second, 1e-4));

        float[] RunChanged(bool fuse)
        {
            OnnxGraphEditor editor = new(OnnxGraph.Read(_folder["m.onnx"]), longestModel);
            editor.ReplaceInitializer("u", OnnxElementType.Float32, [8, 8], MemoryMarshal.AsBytes<float>(changed).ToArray());
            using OnnxSession session = OnnxSession.Load(editor, Device(fuse));
            return RunOnTokens(session);
        }
    }

    // As the cache of Hugging Face's hub has models: the files' names are links, the files are elsewhere under other names.
    [Fact]
    public void Load_FilesThatAreLinks_AreFollowed()
    {
        _folder.Write("blobs/1", Projected("m.data")).Write("blobs/2", MemoryMarshal.AsBytes<float>(Numbers).ToArray())
            .Link("snapshot/m.onnx", _folder["blobs/1"]).Link("snapshot/m.data", _folder["blobs/2"]);

        using OnnxSession fused = OnnxSession.Load(_folder["snapshot/m.onnx"], Device(fuse: true));
        using OnnxSession writtenOut = OnnxSession.Load(_folder["snapshot/m.onnx"], Device(fuse: false));

        Assert.All(RunOnTokens(fused).Zip(RunOnTokens(writtenOut)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void FuseAttention_ByDefault_IsOnForTheProcessor()
    {
        Assert.Equal(!ProcessorCache.IsHidden, OnnxDevice.Open(new()).FusesAttention);
        Assert.False(OnnxDevice.Open(new() { FuseAttention = false }).FusesAttention);
        Assert.Null(OnnxDevice.Open(new() { FuseAttention = false }).AttentionCacheBytes);
    }

    // The operator would then be one thread's work for each head, and for all of an autoencoder's.
    [Fact]
    public void Fuses_ProcessorWhoseCacheIsNotTold_IsLeftAlone()
    {
        OnnxRuntimeOptions options = new();

        Assert.True(OnnxDevice.Fuses(options, ExecutionProvider.Cpu, cacheIsHidden: false));
        Assert.False(OnnxDevice.Fuses(options, ExecutionProvider.Cpu, cacheIsHidden: true));
        Assert.False(OnnxDevice.Fuses(options, ExecutionProvider.Cuda, cacheIsHidden: false));
    }

    // What the system's own tool says, which is the same for all kinds of processors.
    [Fact]
    public void Level2Bytes_OnLinux_IsTheSystemsFigure()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.False(ProcessorCache.IsHidden);
            return;
        }

        using Process tool = Process.Start(new ProcessStartInfo("getconf", "LEVEL2_CACHE_SIZE") { RedirectStandardOutput = true })!;
        _ = int.TryParse(tool.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture, out int told);

        Assert.Equal(told, ProcessorCache.Level2Bytes ?? 0);
        Assert.Equal(told == 0, ProcessorCache.IsHidden);
    }

    // A product of matrices broadcasts all other dimensions, the operator none.
    [Theory]
    [InlineData("2,3,7,8", "2,3,5,8")]
    [InlineData("2,3,7,8", "1,3,5,8")]
    [InlineData("2,3,7,8", "3,5,8")]
    [InlineData("2,3,7,8", "5,8")]
    [InlineData("1,3,7,8", "2,1,5,8")]
    [InlineData("7,8", "2,5,8")]
    [InlineData("7,8", "5,8")]
    public void Load_OperandsThatAreBroadcast_GiveTheSame(string query, string values)
    {
        long[] queryShape = Shape(query), valueShape = Shape(values);
        long[] swapped = [.. Enumerable.Range(0, valueShape.Length - 2).Select(i => (long)i), valueShape.Length - 1, valueShape.Length - 2];
        OnnxBuilder model = new OnnxBuilder()
            .Input("q", TensorElementType.Float, Open("q", queryShape))
            .Input("v", TensorElementType.Float, Open("v", valueShape))
            .Scalar("c", 0.3f)
            .Node("Transpose", "v", "key", "perm", swapped)
            .Node("MatMul", "q key", "scores").Node("Mul", "scores c", "scaled").Node("Softmax", "scaled", "weights", "axis", -1)
            .Node("MatMul", "weights v", "y")
            .Output("y", TensorElementType.Float, Open("y", new long[Math.Max(queryShape.Length, valueShape.Length)]));
        _folder.Write("m.onnx", model.Build());
        Fuse("m.onnx", expected: 1);

        (long[] Shape, float[] Values) fused = Run(fuse: true), writtenOut = Run(fuse: false);

        Assert.Equal(writtenOut.Shape, fused.Shape);
        Assert.All(writtenOut.Values.Zip(fused.Values), pair => Assert.Equal(pair.First, pair.Second, 5e-6));

        static long[] Shape(string sizes) => [.. sizes.Split(',').Select(size => long.Parse(size, CultureInfo.InvariantCulture))];

        static object[] Open(string name, long[] shape) => [.. shape.Select((_, i) => (object)$"{name}{i}")];

        (long[] Shape, float[] Values) Run(bool fuse)
        {
            using OnnxSession session = OnnxSession.Load(_folder["m.onnx"], Device(fuse));
            using OnnxTensor q = Waves(TensorElementType.Float, 1, queryShape), v = Waves(TensorElementType.Float, 2, valueShape);
            using RunScope scope = new(default);
            using OnnxResult result = session.Run(
                new Dictionary<string, OrtValue> { ["q"] = q.Value, ["v"] = v.Value }, session.Outputs[0], scope);
            return ([.. result.Shape], result.Values.ToArray());
        }
    }

    private static int Count(OnnxGraph graph, string operation) => graph.Nodes.Count(node => node.OpType == operation);

    private static OnnxDevice Device(bool fuse) => OnnxDevice.Open(new() { Threads = 1, FuseAttention = fuse });

    private static byte[] Paint(bool fuse)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(
            ShapesModelFolder.Path, new() { Threads = 1, FuseAttention = fuse });
        GenerationTask task = pipeline.CreateTask("a red circle on a blue background", seed: 5) with { Steps = 2 };
        return pipeline.Generate([task])[0].Image.Pixels.ToArray();
    }

    private static OnnxTensor Waves(TensorElementType type, int seed, long[] shape)
    {
        OnnxTensor tensor = new(type, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Values[i] = MathF.Sin((i * 1.7f) + seed);
        }

        tensor.Commit();
        return tensor;
    }

    // Self-attention with two weights, one of them in another file.
    private static byte[] Projected(string file) => new OnnxBuilder()
        .Input("x", TensorElementType.Float, "b", "tokens", 8)
        .External("w", TensorElementType.Float, file, offset: 0, length: 256, 8, 8)
        .Constant("u", Numbers, 8, 8)
        .Node("MatMul", "x w", "q").Node("MatMul", "x u", "k").Node("Transpose", "k", "key", "perm", 0, 2, 1)
        .Node("MatMul", "q key", "scores").Node("Softmax", "scores", "weights", "axis", -1).Node("MatMul", "weights x", "y")
        .Output("y", TensorElementType.Float, "b", "tokens", 8)
        .Build();

    private static float[] RunOnTokens(OnnxSession session)
    {
        using OnnxTensor x = Waves(TensorElementType.Float, 1, [2, 6, 8]);
        return Run(session, new Dictionary<string, OrtValue> { ["x"] = x.Value });
    }

    private static float[] Run(OnnxSession session, Dictionary<string, OrtValue> inputs)
    {
        using RunScope scope = new(default);
        using OnnxResult result = session.Run(inputs, session.Outputs[0], scope);
        return result.Values.ToArray();
    }

    private float[] Run(string model, TensorElementType type, bool fuse)
    {
        using OnnxSession session = OnnxSession.Load(_folder[model], Device(fuse));
        bool heads = session.Inputs[0].Rank == 4;
        using OnnxTensor q = Waves(type, 1, AttentionModel.ShapeOf("q", heads));
        using OnnxTensor k = Waves(type, 2, AttentionModel.ShapeOf("k", heads));
        using OnnxTensor v = Waves(type, 3, AttentionModel.ShapeOf("v", heads));
        return Run(session, new Dictionary<string, OrtValue> { ["q"] = q.Value, ["k"] = k.Value, ["v"] = v.Value });
    }

    private OnnxGraph Fuse(string model, int expected) => Fuse(OnnxGraph.Read(_folder[model]), expected);

    private OnnxGraph Fuse(OnnxGraph graph, int expected)
    {
        OnnxGraphEditor editor = new(graph);
        Assert.Equal(expected, AttentionFusion.Apply(editor));
        return OnnxGraph.Read(_folder.Write("fused.onnx", editor.ToArray())["fused.onnx"]);
    }
}
