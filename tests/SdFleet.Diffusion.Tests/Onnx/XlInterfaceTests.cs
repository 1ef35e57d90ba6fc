using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>Stable Diffusion XL folders that do not fit are refused at load, with what was expected and what was found.</summary>
public sealed class XlInterfaceTests
{
    public static TheoryData<string, string, string> Misfits() => new()
    {
        { "no states between", "text_encoder/model.onnx", "hidden_states.1" },
        { "no number of layers", "text_encoder_2/config.json", "num_hidden_layers" },
        { "too many layers", "text_encoder_2/model.onnx", "hidden_states.4" },
        { "too few layers", "text_encoder_2/model.onnx", "an encoder of 2 layers" },
        { "no time_ids", "unet/model.onnx", "both text_embeds and time_ids" },
        { "five time_ids", "unet/model.onnx", "time_ids of 6 numbers" },
        { "other pooled width", "unet/model.onnx", "text_embeds as wide" },
        { "short guidance vector", "unet/model.onnx", "timestep_cond of 4 or more" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Load_MisfitModel_SaysWhatWasExpected(string what, string file, string expected)
    {
        TinyXlModel model = what switch
        {
            "no states between" => new() { WritesStates = false },
            "no number of layers" => new() { ConfiguredLayers2 = null },
            "too many layers" => new() { ConfiguredLayers2 = 5 },
            "too few layers" => new() { ConfiguredLayers2 = 2 },
            "no time_ids" => new() { TakesTimeIds = false },
            "five time_ids" => new() { TimeIdsWidth = 5 },
            "other pooled width" => new() { UnetPooledWidth = 7 },
            _ => new() { GuidanceWidth = 3 },
        };
        using TemporaryFolder folder = model.Write();
        if (what == "five time_ids")
        {
            folder.Write("model_index.json", """{ "requires_aesthetics_score": false }""");
        }

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith(file, error.File, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
        Assert.NotEmpty(error.Found);
    }

    [Theory]
    [InlineData("text_encoder_2/model.onnx")]
    [InlineData("tokenizer_2/vocab.json")]
    public void Load_MissingFile_NamesIt(string file)
    {
        using TemporaryFolder folder = new TinyXlModel().Write();
        File.Delete(folder[file]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith(file, error.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vae_decoder/config.json", """{ "latents_mean": [0, 1, 2, 3] }""", "latents_mean")]
    [InlineData("model_index.json", """{ "force_zeros_for_empty_prompt": 1 }""", "force_zeros_for_empty_prompt")]
    [InlineData("tokenizer_2/tokenizer_config.json", """{ "model_max_length": 64 }""", "77")]
    public void Load_ConfigurationThatDoesNotFit_SaysWhatWasExpected(string file, string content, string expected)
    {
        using TemporaryFolder folder = new TinyXlModel().Write().Write(file, content);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.StartsWith(Path.GetDirectoryName(folder[file])!, error.File, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FirstEncoderTakenAway_SaysThatTheWidthsDiffer()
    {
        using TemporaryFolder folder = new TinyXlModel().Write();
        Directory.Delete(folder["text_encoder"], recursive: true);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith("unet/model.onnx", error.File, StringComparison.Ordinal);
        Assert.Equal("8", error.Found);
    }

    // Not all exporters keep the flag of model_index.json.
    [Fact]
    public void Load_RefinerWithoutItsFlag_IsKnownByTheWidthOfItsSizes()
    {
        using TemporaryFolder folder = new TinyXlModel { Refiner = true }.Write().Write("model_index.json", "{}");
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);

        Assert.Equal(ModelFamily.StableDiffusionXlRefiner, pipeline.Info.Family);
    }
}
