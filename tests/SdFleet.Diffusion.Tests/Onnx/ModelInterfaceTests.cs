using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>Exporters give the same networks different inputs; the image must not depend on it.</summary>
public class ModelInterfaceTests
{
    private static readonly Lazy<float[]> Usual = new(() => Latents(new TinyModel()));

    [Theory]
    [InlineData(TensorElementType.Int64, new object[0])]
    [InlineData(TensorElementType.Int64, new object[] { 1 })]
    [InlineData(TensorElementType.Int64, new object[] { "batch" })]
    [InlineData(TensorElementType.Int32, new object[] { "steps" })]
    [InlineData(TensorElementType.Float, new object[] { "batch" })]
    [InlineData(TensorElementType.Float, new object[0])]
    [InlineData(TensorElementType.Double, new object[] { 1 })]
    public void Generate_AnyTimestepInput_GivesTheSameLatents(TensorElementType type, object[] shape) =>
        Assert.Equal(Usual.Value, Latents(new TinyModel { TimestepType = type, TimestepShape = shape }));

    [Theory]
    [InlineData(TensorElementType.Int32, false)]
    [InlineData(TensorElementType.Int64, false)]
    [InlineData(TensorElementType.Int32, true)]
    [InlineData(TensorElementType.Int64, true)]
    public void Generate_AnyIdType_GivesTheSameLatents(TensorElementType type, bool mask) =>
        Assert.Equal(Usual.Value, Latents(new TinyModel { IdType = type, AttentionMask = mask }));

    [Fact]
    public void Generate_AttentionMask_HidesThePaddingWhereTheConfigurationSaysSo()
    {
        float[] masked = Latents(new TinyModel { AttentionMask = true, TextConfig = """{ "use_attention_mask": true }""" });

        Assert.Equal(Usual.Value, Latents(new TinyModel { AttentionMask = true, TextConfig = """{ "use_attention_mask": false }""" }));
        Assert.NotEqual(Usual.Value, masked);
        Assert.All(masked, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Generate_HalfPrecisionUnet_GivesAlmostTheSameLatents()
    {
        float[] half = Latents(new TinyModel { SampleType = TensorElementType.Float16 });

        Assert.NotEqual(Usual.Value, half);
        Golden.Near.Absolute("latents", Usual.Value, half, 0.05);
    }

    [Fact]
    public void Generate_HalfPrecisionTextEncoderAndAutoencoder_GivesAlmostTheSameImage()
    {
        GenerationTask task = KindTasks.Create(ModelKind.General, seed: 1);
        using TinyPipeline exact = new(new());
        using TinyPipeline half = new(new() { OtherType = TensorElementType.Float16 });

        Golden.Near.Absolute("latents", exact.Latents(task), half.Latents(task), 0.05);
        Assert.All(
            exact.Pipeline.Generate([task])[0].Image.Pixels.ToArray().Zip(half.Pipeline.Generate([task])[0].Image.Pixels.ToArray()),
            pixel => Assert.InRange(pixel.First - pixel.Second, -3, 3));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(3)]
    public void Load_UnetOfNoKnownKind_SaysWhatItFound(int channels)
    {
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => new TinyModel { UnetChannels = channels }.Load());

        Assert.EndsWith("unet/model.onnx", error.File, StringComparison.Ordinal);
        Assert.Equal(FormattableString.Invariant($"{channels}"), error.Found);
    }

    // As models of pixels have it that predict their variance; the schedulers refuse those too.
    [Fact]
    public void Load_UnetThatPredictsItsVariance_SaysThatItIsTheVariance()
    {
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => new TinyModel { PredictedChannels = 8 }.Load());

        Assert.Equal("4 channels of the prediction, and none for its variance", error.Expected);
        Assert.Equal("8", error.Found);
    }

    [Theory]
    [InlineData("class_labels")]
    [InlineData("time_ids")]
    public void Load_UnetWithAnInputThatIsNotForItsKind_NamesIt(string input)
    {
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => new TinyModel { ExtraUnetInput = input }.Load());

        Assert.Contains(input, error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnetWithATextTimestep_SaysWhatItExpected()
    {
        ModelFormatException error = Assert.Throws<ModelFormatException>(
            () => new TinyModel { TimestepShape = ["batch", "more"] }.Load());

        Assert.Contains("rank 0 or 1", error.Expected, StringComparison.Ordinal);
        Assert.Contains("timestep: Int64[batch,more]", error.Found, StringComparison.Ordinal);
    }

    private static float[] Latents(TinyModel model)
    {
        using StableDiffusionPipeline pipeline = model.Load();
        LatentsProbe probe = new();
        pipeline.GenerateObserved([pipeline.CreateTask("a cat", seed: 5)], null, probe, default);
        return probe.Final;
    }
}
