using System.Runtime.InteropServices;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel;

namespace SdFleet.Diffusion.Tests.Adapters;

/// <summary>LoRAs on the bundled model, which exporters named as they name the large ones, and whose weights are in half precision.</summary>
public sealed class LoraPipelineTests : IDisposable
{
    private const double Scale = 0.5;
    private const string Block = "down_blocks.1.attentions.0.transformer_blocks.0";

    private static readonly TestLora Unet = new TestLora()
        .Add("conv_in", 48, [4, 3, 3], 1)
        .Add(Block + ".attn1.to_q", 80, [80], 2)
        .Add(Block + ".attn2.to_k", 80, [96], 3)
        .Add(Block + ".attn1.to_out.0", 80, [80], 4)
        .Add(Block + ".ff.net.0.proj", 640, [80], 5)
        .Add("mid_block.attentions.0.proj_in", 112, [112, 1, 1], 6);

    private static readonly TestLora Text = new TestLora()
        .Add("text_model.encoder.layers.0.self_attn.q_proj", 96, [96], 7)
        .Add("text_model.encoder.layers.1.mlp.fc1", 384, [96], 8);

    private static readonly Lazy<byte[]> Plain = new(() => Paint(ShapesModelFolder.Path));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Generate_ScaleZero_IsTheModelsOwnImage()
    {
        byte[] adapted = Paint(
            ShapesModelFolder.Path, new Lora(Write(Unet.Kohya()), 0), new Lora(Write(Text.Kohya("lora_te_")), 0));

        Assert.Equal(Plain.Value, adapted);
    }

    [Fact]
    public void Generate_WithLora_EqualsAModelWhoseWeightsWereEdited()
    {
        Lora lora = new(Write(Unet.Kohya()), Scale);

        byte[] adapted = Paint(ShapesModelFolder.Path, lora);

        // The sums were rounded in another order.
        Assert.All(Paint(EditedModel()).Zip(adapted), pixel => Assert.InRange(pixel.First - pixel.Second, -1, 1));
        double difference = Plain.Value.Zip(adapted, (a, b) => Math.Abs(a - b)).Average();
        Assert.True(difference > 1, $"The LoRA changes the image by {difference} only.");
    }

    [Fact]
    public void Generate_KohyaAndDiffusersNames_GiveTheSameImage()
    {
        byte[] kohya = Paint(
            ShapesModelFolder.Path, new Lora(Write(Unet.Kohya()), Scale), new Lora(Write(Text.Kohya("lora_te_")), Scale));
        byte[] diffusers = Paint(
            ShapesModelFolder.Path,
            new Lora(Write(Unet.Diffusers()), Scale),
            new Lora(Write(Text.Diffusers("text_encoder.", ".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight")), Scale));

        Assert.Equal(kohya, diffusers);
    }

    [Fact]
    public void Generate_LoraOfTheTextEncoder_ChangesTheImage()
    {
        byte[] adapted = Paint(ShapesModelFolder.Path, new Lora(Write(Text.Kohya("lora_te_")), Scale));

        Assert.NotEqual(Plain.Value, adapted);
    }

    [Fact]
    public void Load_OriginalNames_AreTheSameLayers()
    {
        // The bundled model has one residual block a block, so this is its down_blocks.1.attentions.0.
        TestLora original = new TestLora().Add("input_blocks.3.1.transformer_blocks.0.attn1.to_q", 80, [80], 2);
        TestLora diffusers = new TestLora().Add(Block + ".attn1.to_q", 80, [80], 2);

        Assert.Equal(
            Paint(ShapesModelFolder.Path, new Lora(Write(diffusers.Kohya()), Scale)),
            Paint(ShapesModelFolder.Path, new Lora(Write(original.Kohya()), Scale)));
    }

    [Fact]
    public async Task GetModelDigestAsync_WithLora_CountsItsContentAndScale()
    {
        byte[] file = Unet.Kohya();
        Lora lora = new(Write(file), Scale);
        using StableDiffusionPipeline pipeline = Load(ShapesModelFolder.Path, lora);

        string adapted = await pipeline.GetModelDigestAsync();

        Assert.Equal([lora], pipeline.Info.Loras);
        Assert.NotEqual(await DigestAsync(), adapted);
        Assert.Equal(await DigestAsync(new Lora(Write(file), Scale)), adapted);
        Assert.NotEqual(await DigestAsync(lora with { Scale = 2 * Scale }), adapted);
        Assert.NotEqual(await DigestAsync(new Lora(Write(Unet.Diffusers()), Scale)), adapted);
    }

    [Fact]
    public void Load_LoraOfAnotherModel_IsRefused()
    {
        Lora lora = new(Write(new TestLora().Add("down_blocks.7.resnets.0.conv1", 4, [4, 3, 3], 1).Kohya()), Scale);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => Load(ShapesModelFolder.Path, lora));

        Assert.StartsWith("a LoRA for this model", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SwitchAdapters_OtherLoras_LoadsOnlyWhatTheyChange()
    {
        Lora unet = new(Write(Unet.Kohya()), Scale), text = new(Write(Text.Kohya("lora_te_")), Scale);
        using StableDiffusionPipeline pipeline = Load(ShapesModelFolder.Path);
        using LoadCounter loads = new();

        AssertIs([unet], "unet");
        AssertIs([unet, text], "text_encoder");
        AssertIs([unet with { Scale = 2 * Scale }, text], "unet");
        AssertIs([text], "unet");
        AssertIs([text]);
        AssertIs([], "text_encoder");
        Assert.Equal(await DigestAsync(), await pipeline.GetModelDigestAsync());
        pipeline.SwitchAdapters(new() { Loras = [unet] });
        Assert.Equal(await DigestAsync(unet), await pipeline.GetModelDigestAsync());

        void AssertIs(Lora[] loras, params string[] loaded)
        {
            loads.Reset();
            pipeline.SwitchAdapters(new() { Loras = loras });
            Assert.Equal(loaded, loads.Components);
            Assert.Equal(loras, pipeline.Info.Loras);
            byte[] pixels = Paint(pipeline);
            Assert.Equal(Paint(ShapesModelFolder.Path, loras), pixels);
        }
    }

    [Fact]
    public void SwitchAdapters_LoraOfAnotherModel_LeavesThePipelineAsItWas()
    {
        Lora good = new(Write(Unet.Kohya()), Scale);
        Lora other = new(Write(new TestLora().Add("down_blocks.7.resnets.0.conv1", 4, [4, 3, 3], 1).Kohya()), Scale);
        using StableDiffusionPipeline pipeline = Load(ShapesModelFolder.Path, good);
        byte[] before = Paint(pipeline);

        Assert.Throws<ModelFormatException>(() => pipeline.SwitchAdapters(new() { Loras = [other] }));
        Assert.Throws<ArgumentException>(() => pipeline.SwitchAdapters(new() { Loras = [good with { Scale = 11 }] }));

        Assert.Equal([good], pipeline.Info.Loras);
        Assert.Equal(before, Paint(pipeline));
    }

    [Fact]
    public void SwitchAdapters_NetworkThatIsGone_DisposesThePipeline()
    {
        foreach (string file in Directory.EnumerateFiles(ShapesModelFolder.Path, "*", SearchOption.AllDirectories))
        {
            _folder.Write(Path.Combine("gone", Path.GetRelativePath(ShapesModelFolder.Path, file)), File.ReadAllBytes(file));
        }

        Lora lora = new(Write(Unet.Kohya()), Scale);
        using StableDiffusionPipeline pipeline = Load(_folder["gone"], lora);
        GenerationTask task = pipeline.CreateTask("a red circle");
        File.Delete(_folder["gone/unet/model.onnx"]);

        Assert.Throws<ModelFormatException>(() => pipeline.SwitchAdapters(new()));

        Assert.Throws<ObjectDisposedException>(() => pipeline.Generate([task]));
        Assert.Throws<ObjectDisposedException>(() => pipeline.SwitchAdapters(new()));
    }

    private static StableDiffusionPipeline Load(string model, params Lora[] loras) =>
        StableDiffusionPipeline.Load(model, new() { Threads = 1 }, new() { Loras = loras });

    private static byte[] Paint(string model, params Lora[] loras)
    {
        using StableDiffusionPipeline pipeline = Load(model, loras);
        return Paint(pipeline);
    }

    private static byte[] Paint(StableDiffusionPipeline pipeline)
    {
        GenerationTask task = pipeline.CreateTask("a red circle on a blue background", seed: 5) with { Steps = 1 };
        return pipeline.Generate([task])[0].Image.Pixels.ToArray();
    }

    private static Task<string> DigestAsync(params Lora[] loras) =>
        ModelFingerprint.ComputeAsync(ShapesModelFolder.Path, new() { Loras = loras }, default);

    private string Write(byte[] lora)
    {
        string name = $"{Directory.GetFiles(_folder.Path).Length}.safetensors";
        return _folder.Write(name, lora)[name];
    }

    // The bundled model with W + BA in its file, computed by the definition.
    private string EditedModel()
    {
        foreach (string file in Directory.EnumerateFiles(ShapesModelFolder.Path, "*", SearchOption.AllDirectories))
        {
            _folder.Write(Path.Combine("model", Path.GetRelativePath(ShapesModelFolder.Path, file)), File.ReadAllBytes(file));
        }

        string unet = _folder["model/unet/model.onnx"];
        OnnxGraph graph = OnnxGraph.Read(unet);
        OnnxGraphEditor editor = new(graph);
        foreach ((string layer, string operation) in new[]
        {
            ("conv_in", "Conv"), (Block + ".attn1.to_q", "MatMul"), (Block + ".attn2.to_k", "MatMul"),
            (Block + ".attn1.to_out.0", "MatMul"), (Block + ".ff.net.0.proj", "MatMul"), ("mid_block.attentions.0.proj_in", "Conv"),
        })
        {
            string path = "/" + layer.Replace('.', '/').Replace("/0", ".0", StringComparison.Ordinal)
                .Replace("_blocks/1", "_blocks.1", StringComparison.Ordinal);
            OnnxNode node = graph.Nodes.Single(n => n.Name == $"{path}/{operation}");
            OnnxNode cast = graph.Nodes.Single(n => n.Outputs.Contains(node.Inputs[1]));
            OnnxInitializer weight = graph.FindInitializer(cast.Inputs[0])!;
            float[] values = graph.ReadFloats(weight);
            (int rows, int columns) = ((int)weight.Dimensions[0], (int)(weight.Count / weight.Dimensions[0]));
            float[] merged = operation == "Conv"
                ? Unet.Merge(layer, values, Scale)
                : Transpose(Unet.Merge(layer, Transpose(values, rows), Scale), columns);
            editor.ReplaceInitializer(
                weight.Name, OnnxElementType.Float32, weight.Dimensions, MemoryMarshal.AsBytes(merged.AsSpan()).ToArray());
        }

        File.WriteAllBytes(unet, editor.ToArray());
        return _folder["model"];
    }

    private static float[] Transpose(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        return [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[i % rows * columns + i / rows])];
    }
}
