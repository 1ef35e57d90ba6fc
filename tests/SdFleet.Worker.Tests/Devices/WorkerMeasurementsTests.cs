using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Worker.Tests.Devices;

/// <summary>What a worker measures of the jobs that it does.</summary>
public sealed class WorkerMeasurementsTests
{
    [Fact]
    public async Task Attempt_WithAPrice_CostsItsSecondsOfTheDevice()
    {
        using var measurements = new Measurements();
        await using var worker = await WorkerFixture.StartSyntheticAsync(
            TimeSpan.FromMilliseconds(50), ("SdFleet:Models:0:PricePerGpuHour", "1"), ("SdFleet:Worker:PricePerGpuHour", "3600"));
        var work = WorkerFixture.Work(images: 2);

        await worker.ReleaseAsync(work);
        var completed = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        // No other test's worker has a price, and this one's own comes before its model's: an hour for 3600 is a second for one.
        var seconds = completed.Images.Sum(image => image.Timings.GpuSeconds);
        Assert.InRange(seconds, 0.1, 60);
        Assert.Equal(seconds, measurements.All.Where(m => m.Name == "sdfleet.worker.gpu.cost").Sum(m => m.Value), 6);
    }

    [Fact]
    public async Task Attempt_IsARequestByTheConventions_WithOrWithoutAnError()
    {
        using var measurements = new Measurements();
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.FromMilliseconds(50));
        var (good, bad) = (WorkerFixture.Work(), WorkerFixture.Work());

        await worker.ReleaseAsync(good);
        await worker.WaitForAsync<JobCompleted>(e => e.JobId == good.JobId);
        await worker.ReleaseAsync(bad with { Recipe = bad.Recipe with { Task = new PictureTask { Kind = JobTask.ImageToImage, InitImage = new string('a', 64), Strength = 0.5 } } });
        await worker.WaitForAsync<JobFailed>(e => e.JobId == bad.JobId);

        // Other tests' workers may have other models.
        var requests = measurements.All
            .Where(m => m.Name == "gen_ai.server.request.duration" && m.Tags.GetValueOrDefault("gen_ai.request.model") is "shapes").ToList();
        Assert.All(requests, m => Assert.Equal(("generate_content", "sdfleet"), (m.Tags["gen_ai.operation.name"], m.Tags["gen_ai.provider.name"])));

        // Four steps of fifty milliseconds.
        Assert.Contains(requests, m => !m.Tags.ContainsKey("error.type") && m.Value is >= 0.1 and < 60);
        Assert.Contains(requests, m => m.Tags.GetValueOrDefault("error.type") is "Invalid");
    }

    [Theory]
    [InlineData("PricePerGpuHour", "0", "PricePerGpuHour is 0: above 0, at most 10000")]
    [InlineData("PricePerGpuHour", "10001", "PricePerGpuHour is 10001: above 0, at most 10000")]
    [InlineData("Synthetic:GpuMemory", "-1", "Synthetic:GpuMemory is -1: 0 or more bytes")]
    public async Task Start_SettingThatCannotBe_NamesIt(string setting, string value, string expected)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => WorkerFixture.StartAsync(($"SdFleet:Worker:{setting}", value)));

        Assert.Contains(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
    }
}
