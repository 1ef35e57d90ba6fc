using Microsoft.ML.OnnxRuntime;

namespace SdFleet.ShapesModel.Tests;

/// <summary>Whether the bundled folder is all of a model, and small enough to be bundled.</summary>
public sealed class ModelFolderTests
{
    private const long MaxBytes = 15_000_000;

    [Theory]
    [InlineData("README.md")]
    [InlineData("model_index.json")]
    [InlineData("sdfleet.json")]
    [InlineData("scheduler/scheduler_config.json")]
    [InlineData("text_encoder/config.json")]
    [InlineData("text_encoder/model.onnx")]
    [InlineData("tokenizer/merges.txt")]
    [InlineData("tokenizer/special_tokens_map.json")]
    [InlineData("tokenizer/tokenizer_config.json")]
    [InlineData("tokenizer/vocab.json")]
    [InlineData("unet/config.json")]
    [InlineData("unet/model.onnx")]
    [InlineData("vae_decoder/config.json")]
    [InlineData("vae_decoder/model.onnx")]
    [InlineData("vae_encoder/config.json")]
    [InlineData("vae_encoder/model.onnx")]
    public void Folder_HoldsTheFile(string file)
    {
        Assert.True(new FileInfo(Path.Combine(ShapesModelFolder.Path, file)) is { Exists: true, Length: > 0 });
    }

    [Fact]
    public void Folder_IsSmall()
    {
        var files = new DirectoryInfo(ShapesModelFolder.Path).EnumerateFiles("*", SearchOption.AllDirectories);

        Assert.InRange(files.Sum(file => file.Length), 1, MaxBytes);
    }

    // The names that diffusers and optimum give the inputs and outputs of a Stable Diffusion model.
    [Theory]
    [InlineData("text_encoder", "input_ids", "last_hidden_state,pooler_output")]
    [InlineData("unet", "sample,timestep,encoder_hidden_states", "out_sample")]
    [InlineData("vae_decoder", "latent_sample", "sample")]
    [InlineData("vae_encoder", "sample", "latent_parameters")]
    public void Component_HasTheUsualInputsAndOutputs(string component, string inputs, string outputs)
    {
        using var session = new InferenceSession(Path.Combine(ShapesModelFolder.Path, component, "model.onnx"));

        Assert.Equal(inputs, string.Join(',', session.InputNames));
        Assert.Equal(outputs, string.Join(',', session.OutputNames));
    }
}
