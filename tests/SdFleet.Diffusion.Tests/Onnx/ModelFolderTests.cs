using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Onnx;

public class ModelFolderTests
{
    [Fact]
    public void Load_NoSuchFolder_SaysSo()
    {
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load("/no/such/folder"));

        Assert.Equal("/no/such/folder", error.File);
    }

    [Fact]
    public void Load_FolderThatIsNoModel_SaysWhatAModelHas()
    {
        using TemporaryFolder folder = new();

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.Contains("model_index.json", error.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unet/model.onnx")]
    [InlineData("text_encoder/model.onnx")]
    [InlineData("vae_decoder/model.onnx")]
    [InlineData("scheduler/scheduler_config.json")]
    [InlineData("tokenizer/vocab.json")]
    public void Load_MissingFile_NamesIt(string file)
    {
        using TemporaryFolder folder = new TinyModel().Write();
        File.Delete(folder[file]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith(file, error.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unet/model.onnx", "not a model")]
    [InlineData("scheduler/scheduler_config.json", "[")]
    [InlineData("vae_decoder/config.json", "{ \"scaling_factor\": 0 }")]
    [InlineData("vae_decoder/config.json", "{ \"block_out_channels\": 3 }")]
    [InlineData("model_index.json", "[]")]
    [InlineData("sdfleet.json", "{ \"defaultWidth\": 100 }")]
    [InlineData("sdfleet.json", "{ \"defaultSteps\": 0 }")]
    [InlineData("sdfleet.json", "{ \"defaultScheduler\": \"nothing\" }")]
    [InlineData("sdfleet.json", "{ \"sizes\": [64] }")]
    [InlineData("sdfleet.json", "{ \"sizes\": [[64, \"64\"]] }")]
    public void Load_WrongFile_NamesIt(string file, string content)
    {
        using TemporaryFolder folder = new TinyModel().Write().Write(file, content);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith(file, error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void FindModel_OneFileOfAnotherName_IsTaken()
    {
        using TemporaryFolder folder = new TinyModel().Write();
        File.Move(folder["unet/model.onnx"], folder["unet/model_fp32.onnx"]);

        Assert.Equal(folder["unet/model_fp32.onnx"], ModelFolder.Open(folder.Path).FindModel("unet"));
    }

    [Theory]
    [InlineData(ExecutionProvider.Cuda)]
    [InlineData(ExecutionProvider.TensorRt)]
    public void Load_ProviderThatIsNotThere_SaysSoOrFallsBackAndSaysSo(ExecutionProvider provider)
    {
        if (OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            return;
        }

        using TemporaryFolder folder = new TinyModel().Write();
        OnnxRuntimeOptions options = new() { Provider = provider };

        ProviderUnavailableException error = Assert.Throws<ProviderUnavailableException>(
            () => StableDiffusionPipeline.Load(folder.Path, options));
        Assert.Equal(provider, error.Provider);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path, options with { AllowCpuFallback = true });
        Assert.Equal(ExecutionProvider.Cpu, pipeline.Info.Provider);
        Assert.NotEmpty(pipeline.Info.ProviderFallbackReason!);
    }

    [Fact]
    public void Load_ThreadsOutOfRange_NamesTheOption()
    {
        using TemporaryFolder folder = new TinyModel().Write();

        ArgumentException error = Assert.Throws<ArgumentException>(() => StableDiffusionPipeline.Load(folder.Path, new() { Threads = -1 }));

        Assert.Equal("Threads", error.ParamName);
    }
}
