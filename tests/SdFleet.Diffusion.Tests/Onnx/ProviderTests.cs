using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>What can be said of providers without a GPU: what they are asked for, and what is said where they cannot be had.</summary>
public sealed class ProviderTests
{
    [Fact]
    public void Cuda_Deterministic_TakesDefaultConvolutionsAndNoTf32()
    {
        Dictionary<string, string> settings = ProviderOptions.Cuda(new() { DeviceId = 3 });

        Assert.Equal(("DEFAULT", "0", "3"), (settings["cudnn_conv_algo_search"], settings["use_tf32"], settings["device_id"]));
        settings = ProviderOptions.Cuda(new() { Deterministic = false });
        Assert.Equal(("HEURISTIC", "1"), (settings["cudnn_conv_algo_search"], settings["use_tf32"]));
    }

    // ONNX Runtime refuses settings that it does not know.
    [Fact]
    public void Settings_OfBothProviders_AreKnownToOnnxRuntime()
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            return;
        }

        using OrtCUDAProviderOptions cuda = new();
        cuda.UpdateOptions(ProviderOptions.Cuda(new()));
        using OrtTensorRTProviderOptions tensorRt = new();
        tensorRt.UpdateOptions(ProviderOptions.TensorRt(new() { EngineCache = "/tmp" }));
    }

    [Fact]
    public void TensorRt_WithACache_KeepsEnginesAndTimings()
    {
        Dictionary<string, string> settings = ProviderOptions.TensorRt(new() { EngineCache = "engines" });

        Assert.Equal(("1", "engines"), (settings["trt_engine_cache_enable"], settings["trt_engine_cache_path"]));
        Assert.Equal(("1", "engines"), (settings["trt_timing_cache_enable"], settings["trt_timing_cache_path"]));
        Assert.DoesNotContain("trt_engine_cache_enable", ProviderOptions.TensorRt(new()).Keys);
    }

    [Fact]
    public void Load_LibraryThatIsNotThere_NamesTheOption()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Load(new() { Provider = ExecutionProvider.Cuda, ProviderLibrary = "/nowhere/libcuda_ep.so" }));

        Assert.Equal("ProviderLibrary", error.ParamName);
    }

    [Fact]
    public void Load_LibraryForTheProcessor_IsRefused() =>
        Assert.Equal("ProviderLibrary", Assert.Throws<ArgumentException>(() => Load(new() { ProviderLibrary = "x.so" })).ParamName);

    [Fact]
    public void Load_LibraryThatIsNoProvider_SaysWhatItMustBe()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write("libnone.so", "no library");
        OnnxRuntimeOptions options = new() { Provider = ExecutionProvider.Cuda, ProviderLibrary = folder["libnone.so"] };

        ProviderUnavailableException error = Assert.Throws<ProviderUnavailableException>(() => Load(options));

        Assert.Equal(ExecutionProvider.Cuda, error.Provider);
        Assert.Contains("libnone.so", error.Message, StringComparison.Ordinal);
        Assert.Contains("CreateEpFactories", error.Remedy, StringComparison.Ordinal);

        PipelineInfo info = Load(options with { AllowCpuFallback = true });
        Assert.Equal((ExecutionProvider.Cpu, "CPU"), (info.Provider, info.Device));
        Assert.Contains("libnone.so", info.ProviderFallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LibraryMissingWithFallback_SaysWhichFile()
    {
        PipelineInfo info = Load(new()
        {
            Provider = ExecutionProvider.Cuda, ProviderLibrary = "/nowhere/libcuda_ep.so", AllowCpuFallback = true,
        });

        Assert.Contains("libcuda_ep.so is missing", info.ProviderFallbackReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file",
        "libcublasLt.so.13 is missing: it belongs to cuBLAS of CUDA 13.")]
    [InlineData("libcudnn.so.9: cannot open shared object file: No such file or directory", "libcudnn.so.9 is missing: it belongs to cuDNN 9.")]
    [InlineData("libnvinfer.so.10: cannot open shared object file", "libnvinfer.so.10 is missing: it belongs to TensorRT 10.")]
    [InlineData("libcuda.so.1: cannot open shared object file", "libcuda.so.1 is missing: it belongs to NVIDIA's driver.")]
    [InlineData(
        "Failed to load library libonnxruntime_providers_cuda.so with error: libonnxruntime_providers_cuda.so: cannot open shared object file",
        "libonnxruntime_providers_cuda.so is missing: it comes with the package Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("CUDA execution provider is not enabled in this build. ", "This build of ONNX Runtime is without it")]
    [InlineData("CUDA failure 100: no CUDA-capable device is detected", "No GPU is seen")]
    [InlineData("something new", "Choose the processor (Cpu)")]
    public void For_WhatTheSystemSays_IsWhatToDo(string message, string remedy) =>
        Assert.StartsWith(remedy, ProviderRemedy.For(message, library: null), StringComparison.Ordinal);

    private static PipelineInfo Load(OnnxRuntimeOptions options)
    {
        using TemporaryFolder folder = new TinyModel().Write();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path, options with { Threads = 1 });
        return pipeline.Info;
    }
}
