using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Tests.Golden;

namespace SdFleet.Diffusion.Tests.Adapters;

public sealed class LoadedAdaptersTests
{
    private const string Model = "unet/model.onnx", File = "x.safetensors";

    [Theory]
    [InlineData(GraphOptimization.None)]
    [InlineData(GraphOptimization.Basic)]
    [InlineData(GraphOptimization.Extended)]
    [InlineData(GraphOptimization.All)]
    public void Apply_EveryKindOfLayer_EqualsAModelWithTheSumAsItsWeights(GraphOptimization optimization)
    {
        const double Scale = 0.7;
        LayeredModel plain = new();
        TestLora lora = TestLora.ForAllLayers();
        using TemporaryFolder folder = Write(plain.Build(), lora.Kohya()).Write("merged.onnx", lora.Merge(plain, Scale).Build());
        OnnxDevice device = OnnxDevice.Open(new() { Threads = 1, Optimization = optimization });

        float[] before = Run(OnnxSession.Load(folder[Model], device));
        float[] merged = Run(OnnxSession.Load(folder["merged.onnx"], device));
        float[] adapted = Run(OnnxSession.Load(Adapt(folder, Scale), device));

        Near.Absolute("values", merged, adapted, 1e-5);
        Assert.Contains(before.Zip(merged), pair => Math.Abs(pair.First - pair.Second) > 0.01);
    }

    // As for a model whose changed weights are more than 2 GB.
    [Theory]
    [InlineData(GraphOptimization.None)]
    [InlineData(GraphOptimization.All)]
    public void Apply_WeightsBesideTheModel_EqualsTheSameInIt(GraphOptimization optimization)
    {
        using TemporaryFolder folder = Write(new LayeredModel().Build(), TestLora.ForAllLayers().Kohya());
        OnnxDevice device = OnnxDevice.Open(new() { Threads = 1, Optimization = optimization });
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder[Model]), longestModel: 0);
        using LoadedAdapters adapters = Load(folder, new Lora(folder[File]));

        adapters.Apply("unet", editor);

        Assert.Equal(4, editor.Build().Outside.Count);
        Assert.Equal(Run(OnnxSession.Load(Adapt(folder, 1), device)), Run(OnnxSession.Load(editor, device)));
    }

    // Each layer by itself, so that none can hide behind another.
    [Theory]
    [InlineData(LayeredModel.Conv, "conv_in.weight", false)]
    [InlineData(LayeredModel.Product, "onnx::MatMul_1", true)]
    [InlineData(LayeredModel.Gemm, "time_embedding.linear_1.weight", false)]
    [InlineData(LayeredModel.Half, "onnx::MatMul_2_fp16", true)]
    public void Apply_OneLayer_ChangesItsWeightOnly(string layer, string weight, bool transposed)
    {
        LayeredModel plain = new();
        Dictionary<string, (float[] Weight, int Outputs, long[] Input)> layers = new()
        {
            [LayeredModel.Conv] = (plain.ConvWeight, 3, [2, 3, 3]),
            [LayeredModel.Product] = (plain.ProductWeight, 5, [3]),
            [LayeredModel.Gemm] = (plain.GemmWeight, 6, [5]),
            [LayeredModel.Half] = (plain.HalfWeight, 2, [6]),
        };
        (float[] values, int outputs, long[] input) = layers[layer];
        TestLora lora = new TestLora().Add(layer, outputs, input, seed: 1);
        using TemporaryFolder folder = Write(plain.Build(), lora.Kohya());

        OnnxGraph graph = Save(folder, Adapt(folder, scale: -0.5));

        float[] expected = lora.Merge(layer, values, -0.5);
        int columns = expected.Length / outputs;
        float[] found = graph.ReadFloats(graph.FindInitializer(weight)!);
        float[] stored = transposed ? [.. expected.Select((_, i) => expected[i % outputs * columns + i / outputs])] : expected;
        Near.Absolute(weight, stored, found, 1e-6);
        OnnxGraph original = OnnxGraph.Read(folder[Model]);
        Assert.All(original.Initializers.Where(i => i.Name != weight && i.Type == OnnxElementType.Float32), other =>
            Assert.Equal(original.ReadFloats(other), graph.ReadFloats(graph.FindInitializer(other.Name)!)));
    }

    [Fact]
    public void Apply_OtherNamesForTheSame_GivesTheSameModel()
    {
        TestLora lora = TestLora.ForAllLayers();
        byte[] expected = Bytes(lora.Kohya());

        Assert.Equal(expected, Bytes(lora.Diffusers()));
        Assert.Equal(expected, Bytes(lora.Diffusers("base_model.model.unet.")));
        Assert.Equal(expected, Bytes(lora.Diffusers("unet.base_model.model.")));
        Assert.Equal(expected, Bytes(lora.Diffusers(down: ".lora.down.weight", up: ".lora.up.weight")));
        Assert.Equal(expected, Bytes(lora.Diffusers(down: ".lora_A.default.weight", up: ".lora_B.default.weight")));
    }

    // As in files that are made for programs of either names.
    [Theory]
    [InlineData(LayeredModel.Half, "middle_block.1.proj_in")]
    [InlineData("middle_block.1.proj_in", LayeredModel.Half)]
    public void Apply_LayerUnderBothItsNames_CountsOnceByDiffusers(string first, string second)
    {
        TestLora own = new TestLora().Add(LayeredModel.Half, 2, [6], seed: 1);
        TestLora original = new TestLora().Add("middle_block.1.proj_in", 2, [6], seed: 1);
        TestLora both = new TestLora();
        foreach (string name in (string[])[first, second])
        {
            both.Add(name, 2, [6], seed: name == LayeredModel.Half ? 1 : 9);
        }

        byte[] expected = Bytes(own.Kohya());

        Assert.Equal(expected, Bytes(original.Kohya()));
        Assert.Equal(expected, Bytes(both.Kohya()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("unet.")]
    public void Apply_AttentionProcessors_AreTheirLayers(string prefix)
    {
        TestLora lora = new TestLora().Add(LayeredModel.Product, 5, [3], seed: 1);
        using TemporaryFolder folder = Write(new LayeredModel().Build(), lora.Processor(prefix));

        OnnxGraph graph = Save(folder, Adapt(folder, 1));

        LayeredModel merged = new() { ProductWeight = lora.Merge(LayeredModel.Product, new LayeredModel().ProductWeight, 1) };
        OnnxGraph expected = OnnxGraph.Read(folder.Write("m.onnx", merged.Build())["m.onnx"]);
        const string Weight = "onnx::MatMul_1";
        Near.Absolute("values", expected.ReadFloats(expected.FindInitializer(Weight)!), graph.ReadFloats(graph.FindInitializer(Weight)!), 1e-6);
    }

    [Fact]
    public void Apply_HalfPrecisionFile_IsReadAsSuch()
    {
        TestLora lora = TestLora.ForAllLayers();
        OnnxDevice device = OnnxDevice.Open(new() { Threads = 1 });
        using TemporaryFolder exact = Write(new LayeredModel().Build(), lora.Kohya());
        using TemporaryFolder half = Write(new LayeredModel().Build(), lora.Kohya(type: "F16"));

        Near.Absolute("values", Run(OnnxSession.Load(Adapt(exact, 1), device)), Run(OnnxSession.Load(Adapt(half, 1), device)), 2e-2);
    }

    [Fact]
    public void Apply_SeveralLoras_AddsThemUp()
    {
        LayeredModel plain = new();
        (TestLora first, TestLora second) = (TestLora.ForAllLayers(), TestLora.ForAllLayers(seed: 100));
        using TemporaryFolder folder = Write(plain.Build(), first.Kohya())
            .Write("y.safetensors", second.Diffusers())
            .Write("merged.onnx", second.Merge(first.Merge(plain, 0.5), -0.25).Build());
        OnnxDevice device = OnnxDevice.Open(new() { Threads = 1 });

        OnnxGraphEditor editor = Adapt(folder, new Lora(folder[File], 0.5), new Lora(folder["y.safetensors"], -0.25));

        Near.Absolute("values", Run(OnnxSession.Load(folder["merged.onnx"], device)), Run(OnnxSession.Load(editor, device)), 1e-5);
    }

    [Fact]
    public void Apply_WeightsThatStayInHalfPrecision_AreRoundedToIt()
    {
        float[] weight = [.. LayeredModel.Waves(6, 1).Select(w => (float)(Half)w)];
        byte[] bytes = [.. weight.SelectMany(w => BitConverter.GetBytes((Half)w))];
        byte[] model = new OnnxBuilder()
            .Input("x", TensorElementType.Float16, 1, 3)
            .Constant("conv_out.weight", TensorElementType.Float16, bytes, 2, 3)
            .Node("Gemm", "x conv_out.weight", "y", "transB", 1)
            .Output("y", TensorElementType.Float16, 1, 2)
            .Build();
        TestLora lora = new TestLora().Add("conv_out", 2, [3], seed: 3);
        using TemporaryFolder folder = Write(model, lora.Kohya());

        OnnxGraph graph = Save(folder, Adapt(folder, 1));

        OnnxInitializer merged = graph.FindInitializer("conv_out.weight")!;
        Assert.Equal(OnnxElementType.Float16, merged.Type);
        Near.Absolute("values", lora.Merge("conv_out", weight, 1), graph.ReadFloats(merged), 1e-3);
    }

    [Fact]
    public void Apply_ConvolutionInThreeParts_IsTheirProduct()
    {
        // up x mid x down by the definition: W'[o,i,k] = W[o,i,k] + sum over p, q of up[o,p] mid[p,q,k] down[q,i].
        float[] down = LayeredModel.Waves(4, 1), mid = LayeredModel.Waves(2 * 2 * 9, 2), up = LayeredModel.Waves(6, 3);
        byte[] file = new SafetensorsBuilder()
            .Add("lora_unet_conv_in.lora_down.weight", down, [2, 2, 1, 1])
            .Add("lora_unet_conv_in.lora_mid.weight", mid, [2, 2, 3, 3])
            .Add("lora_unet_conv_in.lora_up.weight", up, [3, 2, 1, 1])
            .Build();
        LayeredModel plain = new();
        using TemporaryFolder folder = Write(plain.Build(), file);

        OnnxGraph graph = Save(folder, Adapt(folder, 1));

        float[] expected = [.. plain.ConvWeight];
        for (int o = 0; o < 3; o++)
        {
            for (int i = 0; i < 2; i++)
            {
                for (int k = 0; k < 9; k++)
                {
                    for (int pq = 0; pq < 4; pq++)
                    {
                        expected[(o * 2 + i) * 9 + k] += up[o * 2 + pq / 2] * mid[pq * 9 + k] * down[pq % 2 * 2 + i];
                    }
                }
            }
        }

        Near.Absolute("values", expected, graph.ReadFloats(graph.FindInitializer("conv_in.weight")!), 1e-5);
    }

    [Theory]
    [InlineData("text_encoder", "lora_te_text_model_encoder_layers_0_self_attn_q_proj", ".lora_down.weight", ".lora_up.weight")]
    [InlineData("text_encoder", "lora_te1_text_model_encoder_layers_0_self_attn_q_proj", ".lora_down.weight", ".lora_up.weight")]
    [InlineData("text_encoder_2", "lora_te2_text_model_encoder_layers_0_self_attn_q_proj", ".lora_down.weight", ".lora_up.weight")]
    [InlineData(
        "text_encoder",
        "text_encoder.text_model.encoder.layers.0.self_attn.q_proj",
        ".lora_linear_layer.down.weight",
        ".lora_linear_layer.up.weight")]
    [InlineData(
        "text_encoder", "text_encoder.text_model.encoder.layers.0.self_attn.to_q", "_lora.down.weight", "_lora.up.weight")]
    [InlineData(
        "text_encoder_2", "text_encoder_2.text_model.encoder.layers.0.self_attn.q_proj", ".lora_A.weight", ".lora_B.weight")]
    public void Apply_TextEncoders_AreChangedByTheirNames(string component, string layer, string down, string up)
    {
        byte[] text = new OnnxBuilder()
            .Input("x", TensorElementType.Float, 1, 2)
            .Constant("onnx::MatMul_7", [1f, 2, 3, 4], 2, 2)
            .Node("MatMul", "x onnx::MatMul_7", "/text_model/encoder/layers.0/self_attn/q_proj/MatMul")
            .Build();
        byte[] file = new SafetensorsBuilder().Add(layer + down, [1, 10], [1, 2]).Add(layer + up, [100, 1000], [2, 1]).Build();
        using TemporaryFolder folder = Write(new LayeredModel().Build(), file);
        folder.Write($"{component}/model.onnx", text);
        using LoadedAdapters adapters = Load(folder, new Lora(folder[File]));
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder[$"{component}/model.onnx"]));

        adapters.Apply(component, editor);

        Assert.True(adapters.Changes(component));
        Assert.False(adapters.Changes("unet"));
        OnnxGraph graph = Save(folder, editor);
        Assert.Equal([101, 1002, 1003, 10004], graph.ReadFloats(graph.FindInitializer("onnx::MatMul_7")!));
    }

    [Fact]
    public void Load_PeftMetadata_GivesTheAlpha()
    {
        byte[] file = new SafetensorsBuilder()
            .Add("unet.time_embedding.linear_1.lora_A.weight", [1, 1, 1, 1, 1], [1, 5])
            .Add("unet.time_embedding.linear_1.lora_B.weight", [1, 1, 1, 1, 1, 1], [6, 1])
            .Metadata("lora_adapter_metadata", """{ "unet.lora_alpha": 3, "unet.r": 1 }""")
            .Build();
        using TemporaryFolder folder = Write(new LayeredModel { GemmWeight = new float[30] }.Build(), file);

        OnnxGraph graph = Save(folder, Adapt(folder, 0.5));

        Assert.All(graph.ReadFloats(graph.FindInitializer("time_embedding.linear_1.weight")!), weight => Assert.Equal(1.5f, weight));
    }

    // Rank 4, so that its root is not itself: alpha / rank, or alpha / root of the rank, times four products of 1.
    [Theory]
    [InlineData("""{ "unet.lora_alpha": 3, "unet.use_rslora": true }""", 6)]
    [InlineData("""{ "unet.lora_alpha": 3, "unet.use_rslora": false, "unet.alpha_pattern": {} }""", 3)]
    [InlineData("""{ "unet.lora_alpha": 3, "unet.alpha_pattern": { "linear_2": 9, "linear_1": 5 } }""", 5)]
    [InlineData("""{ "unet.lora_alpha": 3, "unet.alpha_pattern": { "embedding.linear_1": 5, "time_.*": 7 } }""", 7)]
    [InlineData("""{ "unet.lora_alpha": 3, "text_encoder.use_rslora": true, "text_encoder.alpha_pattern": { "linear_1": 5 } }""", 3)]
    public void Load_PeftMetadata_SaysHowStronglyLayersCount(string metadata, float expected)
    {
        byte[] file = new SafetensorsBuilder()
            .Add("unet.time_embedding.linear_1.lora_A.weight", [.. Enumerable.Repeat(1f, 20)], [4, 5])
            .Add("unet.time_embedding.linear_1.lora_B.weight", [.. Enumerable.Repeat(1f, 24)], [6, 4])
            .Metadata("lora_adapter_metadata", metadata)
            .Build();
        using TemporaryFolder folder = Write(new LayeredModel { GemmWeight = new float[30] }.Build(), file);

        OnnxGraph graph = Save(folder, Adapt(folder, 1));

        Assert.All(graph.ReadFloats(graph.FindInitializer("time_embedding.linear_1.weight")!), weight => Assert.Equal(expected, weight));
    }

    [Fact]
    public void Load_PeftMetadataThatIsNoPattern_IsRefused()
    {
        byte[] file = new SafetensorsBuilder()
            .Add("unet.time_embedding.linear_1.lora_A.weight", [1, 1, 1, 1, 1], [1, 5])
            .Add("unet.time_embedding.linear_1.lora_B.weight", [1, 1, 1, 1, 1, 1], [6, 1])
            .Metadata("lora_adapter_metadata", """{ "unet.alpha_pattern": { "(": 5 } }""")
            .Build();

        Assert.Contains("lora_adapter_metadata", Refused(file).Expected, StringComparison.Ordinal);
    }

    // Rank 2: alpha / rank times two products of 1.
    [Theory]
    [InlineData("F16")]
    [InlineData("F64")]
    [InlineData("I64")]
    [InlineData("I32")]
    public void Load_AlphaOfAnyType_IsItsNumber(string type)
    {
        byte[] file = new SafetensorsBuilder()
            .Add("lora_unet_time_embedding_linear_1.lora_down.weight", [.. Enumerable.Repeat(1f, 10)], [2, 5])
            .Add("lora_unet_time_embedding_linear_1.lora_up.weight", [.. Enumerable.Repeat(1f, 12)], [6, 2])
            .Add("lora_unet_time_embedding_linear_1.alpha", [3], [], type)
            .Build();
        using TemporaryFolder folder = Write(new LayeredModel { GemmWeight = new float[30] }.Build(), file);

        OnnxGraph graph = Save(folder, Adapt(folder, 1));

        Assert.All(graph.ReadFloats(graph.FindInitializer("time_embedding.linear_1.weight")!), weight => Assert.Equal(3f, weight));
    }

    [Fact]
    public void Load_MatrixOfWholeNumbers_IsRefused()
    {
        byte[] file = new SafetensorsBuilder()
            .Add("lora_unet_time_embedding_linear_1.lora_down.weight", [1, 1, 1, 1, 1], [1, 5], "I32")
            .Add("lora_unet_time_embedding_linear_1.lora_up.weight", [1, 1, 1, 1, 1, 1], [6, 1])
            .Build();

        Assert.Equal("tensors of F32, F16 or BF16", Refused(file).Expected);
    }

    [Fact]
    public void Load_ScaleZero_ChangesNothing()
    {
        using TemporaryFolder folder = Write(new LayeredModel().Build(), TestLora.ForAllLayers().Kohya());
        using LoadedAdapters adapters = Load(folder, new Lora(folder[File], 0));

        Assert.False(adapters.Changes("unet"));
    }

    [Fact]
    public void Load_ForAnotherModel_SaysSo()
    {
        TestLora other = new TestLora().Add("double_blocks.0.img_attn", 4, [4], 1).Add("a", 4, [4], 2).Add("b", 4, [4], 3).Add("c", 4, [4], 4);

        ModelFormatException error = Refused(other.Kohya());

        Assert.Equal("a LoRA for this model, which has layers such as conv_in", error.Expected);
        Assert.StartsWith(
            "4 layers that it does not have: lora_unet_double_blocks_0_img_attn.lora_down.weight, lora_unet_a.lora_down.weight,",
            error.Found,
            StringComparison.Ordinal);
        Assert.EndsWith(", lora_unet_c.lora_down.weight", error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SomeLayersUnknown_NamesThem()
    {
        ModelFormatException error = Refused(TestLora.ForAllLayers().Add("mid_block.attentions.7.proj_in", 4, [4], 1).Kohya());

        Assert.Equal("a LoRA whose every layer is in the model", error.Expected);
        Assert.Equal("1 of 5 that are not: lora_unet_mid_block_attentions_7_proj_in.lora_down.weight", error.Found);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(103)]
    public void Load_ManyLayersUnknown_ListsThem(int count)
    {
        TestLora lora = TestLora.ForAllLayers();
        for (int i = 0; i < count; i++)
        {
            lora.Add(FormattableString.Invariant($"mid_block.attentions.{i + 1}.proj_in"), 4, [4], i);
        }

        string found = Refused(lora.Kohya()).Found;

        Assert.All(
            Enumerable.Range(1, Math.Min(count, 100)),
            i => Assert.Contains(FormattableString.Invariant($"lora_unet_mid_block_attentions_{i}_proj_in.lora_down.weight"), found));
        Assert.Equal(count > 100, found.EndsWith(" and 3 more", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_OtherShape_ShowsBoth()
    {
        ModelFormatException error = Refused(new TestLora().Add(LayeredModel.Gemm, 6, [4], 1).Kohya());

        Assert.Contains("time_embedding.linear_1.weight: float32[6,5]", error.Expected, StringComparison.Ordinal);
        Assert.Contains("lora_unet_time_embedding_linear_1.lora_down.weight: F32[3,4]", error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SharedWeight_IsRefused()
    {
        byte[] model = new OnnxBuilder()
            .Input("x", TensorElementType.Float, 1, 2)
            .Constant("w", [1f, 2, 3, 4], 2, 2)
            .Node("MatMul", "x w", "/mid_block/a/MatMul")
            .Node("MatMul", "/mid_block/a/MatMul w", "/mid_block/b/MatMul")
            .Build();
        using TemporaryFolder folder = Write(model, new TestLora().Add("mid_block.a", 2, [2], 1).Kohya());

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => Load(folder, new Lora(folder[File])));

        Assert.Equal("a weight of its own for the layer mid_block.a", error.Expected);
    }

    [Theory]
    [InlineData("lora_unet_conv_in.hada_w1_a", "a LoRA with kohya's or diffusers' names")]
    [InlineData("model.diffusion_model.input_blocks.0.0.weight", "a LoRA with kohya's or diffusers' names")]
    [InlineData("lora_unet_conv_in.lora_up.weight", "the matrices down and up of the layer conv_in")]
    [InlineData("lora_unet_conv_in.alpha", "the matrices down and up of the layer conv_in")]
    public void Load_NoLora_SaysWhatItWouldBe(string tensor, string expected) =>
        Assert.Equal(expected, Refused(new SafetensorsBuilder().Add(tensor, [1], [1]).Build()).Expected);

    [Fact]
    public void Load_EmptyFile_IsRefused() => Refused(new SafetensorsBuilder().Build());

    [Theory]
    [InlineData(10.1)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Load_ScaleOutOfRange_IsRefused(double scale)
    {
        using TemporaryFolder folder = Write(new LayeredModel().Build(), TestLora.ForAllLayers().Kohya());

        ArgumentException error = Assert.Throws<ArgumentException>(() => Load(folder, new Lora(folder[File], scale)));

        Assert.Contains("must be within -10 to 10", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnyHeaderByteChanged_IsRefusedOrApplies()
    {
        byte[] whole = new TestLora().Add(LayeredModel.Gemm, 6, [5], 1).Kohya();
        int header = 8 + (int)BitConverter.ToInt64(whole);
        using TemporaryFolder folder = Write(new LayeredModel().Build(), whole);
        for (int i = 0; i < header; i++)
        {
            foreach (byte other in (byte[])[(byte)'0', (byte)'9', (byte)'.', 0xFF])
            {
                byte[] mutated = [.. whole];
                mutated[i] = other;
                folder.Write(File, mutated);
                try
                {
                    Adapt(folder, 1);
                }
                catch (ModelFormatException)
                {
                }
            }
        }
    }

    private static ModelFormatException Refused(byte[] lora)
    {
        using TemporaryFolder folder = Write(new LayeredModel().Build(), lora);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => Load(folder, new Lora(folder[File])));
        Assert.Equal(folder[File], error.File);
        return error;
    }

    private static byte[] Bytes(byte[] lora)
    {
        using TemporaryFolder folder = Write(new LayeredModel().Build(), lora);
        return Adapt(folder, 1).ToArray();
    }

    private static TemporaryFolder Write(byte[] model, byte[] lora) => new TemporaryFolder().Write(Model, model).Write(File, lora);

    private static LoadedAdapters Load(TemporaryFolder folder, params Lora[] loras) =>
        LoadedAdapters.Load(ModelFolder.Open(folder.Path), new() { Loras = loras });

    private static OnnxGraphEditor Adapt(TemporaryFolder folder, double scale) => Adapt(folder, new Lora(folder[File], scale));

    private static OnnxGraphEditor Adapt(TemporaryFolder folder, params Lora[] loras)
    {
        using LoadedAdapters adapters = Load(folder, loras);
        OnnxGraphEditor editor = new(OnnxGraph.Read(folder[Model]));
        adapters.Apply("unet", editor);
        return editor;
    }

    private static OnnxGraph Save(TemporaryFolder folder, OnnxGraphEditor editor) =>
        OnnxGraph.Read(folder.Write("saved.onnx", editor.ToArray())["saved.onnx"]);

    private static float[] Run(OnnxSession session)
    {
        using (session)
        {
            return LayeredModel.Run(session);
        }
    }
}
