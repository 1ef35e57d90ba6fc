using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SdFleet.Hosting.Configuration;
using SdFleet.ShapesModel;
using SdFleet.Worker.Guarding;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Tests.Guarding;

public sealed class InferenceHealthCheckTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 1)] // the second step of two pictures
    [InlineData(2, 1, 2)] // the decoding of two pictures, one after the other
    public async Task Check_ModelHangs_IsUnwellUntilItEnds(int images, int steps, int limit)
    {
        var models = ModelCatalog.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SdFleet:Models:0:Name"] = "shapes",
            ["SdFleet:Models:0:Path"] = ShapesModelFolder.Path,
        }).Build());
        var options = Options.Create(new WorkerOptions { StepTimeout = TimeSpan.FromSeconds(1) });
        using var model = new LoadedModel(models, options, NullLogger<LoadedModel>.Instance);
        await model.StartingAsync(default);
        var breaker = new DeviceBreaker(options);
        var end = new WorkerEnd(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<WorkerEnd>.Instance);
        var clock = new SetClock();
        using var inference = new InferenceThread(model, breaker, end, options, clock);
        var check = new InferenceHealthCheck(inference, breaker);
        using var hung = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var work = WorkerFixture.Work(images, steps);
        var item = new InferenceItem(work, [.. RecipeTasks.Of(work.Recipe, work.Images)], PassSettings.Plain, CancellationToken.None)
        {
            OnStep = (_, _) =>
            {
                hung.Set();
                goOn.Wait();
            },
        };

        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new HealthCheckContext())).Status);
        inference.Enqueue(item);
        Assert.True(hung.Wait(TimeSpan.FromMinutes(1)));
        clock.Advance(TimeSpan.FromSeconds(limit));
        var well = await check.CheckHealthAsync(new HealthCheckContext());
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var unwell = await check.CheckHealthAsync(new HealthCheckContext());
        goOn.Set();
        await item.Result;

        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy), (well.Status, unwell.Status));
        Assert.Contains($"may take 00:00:0{limit}", unwell.Description, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, await IdleAsync(inference));
    }

    // The pass ends a moment after its result is out.
    private static async Task<TimeSpan> IdleAsync(InferenceThread inference)
    {
        for (var i = 0; i < 3000 && inference.IsBusy; i++)
        {
            await Task.Delay(20);
        }

        return inference.SinceAdvance;
    }

    // What the model took is for the test to say, and not for the machine.
    private sealed class SetClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
