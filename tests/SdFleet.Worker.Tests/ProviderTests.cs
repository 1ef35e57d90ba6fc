using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Workers;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Worker.Tests;

/// <summary>What a worker says where it cannot have what its settings ask for.</summary>
public sealed class ProviderTests
{
    private const string Library = "/nowhere/libonnxruntime_cuda_plugin.so";

    [Fact]
    public async Task Start_LibraryMissingAndFallbackAllowed_SaysAloudWhatComputes()
    {
        await using var worker = await WorkerFixture.StartAsync(
            ("SdFleet:Worker:Provider", "Cuda"),
            ("SdFleet:Worker:ProviderLibrary", Library),
            ("SdFleet:Worker:AllowCpuFallback", "true"));
        var work = WorkerFixture.Work();

        await worker.ReleaseAsync(work);
        var completed = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        var warning = Assert.Single(worker.Warnings.Messages, message => message.StartsWith("Cuda cannot be had, and Cpu computes", StringComparison.Ordinal));
        Assert.Contains("libonnxruntime_cuda_plugin.so is missing", warning, StringComparison.Ordinal);
        Assert.Equal("Cpu", completed.Images[0].ExecutionProvider);
        Assert.Equal("Cpu", (await worker.WaitForAsync<WorkerHeartbeat>(_ => true)).ExecutionProvider);
    }

    [Fact]
    public async Task Start_LibraryMissing_NamesTheSetting()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => WorkerFixture.StartAsync(
            ("SdFleet:Worker:Provider", "Cuda"), ("SdFleet:Worker:ProviderLibrary", Library)));

        Assert.Equal(nameof(OnnxRuntimeOptions.ProviderLibrary), error.ParamName);
    }

    [Theory]
    [InlineData("ProviderLibrary", Library)]
    [InlineData("SafetyCheck", "Blank")]
    public async Task Start_SettingThatDoesNotFit_NamesIt(string setting, string value)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => WorkerFixture.StartAsync(($"SdFleet:Worker:{setting}", value)));

        Assert.Contains($"{setting} is {value}", Assert.Single(error.Failures), StringComparison.Ordinal);
    }
}
