using Microsoft.Extensions.DependencyInjection;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Events;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Coordinator.Tests;

public sealed class JobCostsTests
{
    [Fact]
    public void SecondsPerJob_FollowsWhatJobsCost()
    {
        var costs = new JobCosts();
        costs.Observe(Completed("d1", 3, 3));
        Assert.Null(costs.SecondsPerJob("sd15")); // Whose digest that is, nobody has said.

        costs.Observe(Heartbeat("sd15", "d1"));
        costs.Observe(Completed("d1", 3, 3));
        Assert.Equal(6, costs.SecondsPerJob("sd15"));

        for (var i = 0; i < 50; i++)
        {
            costs.Observe(Completed("d1", 2));
        }

        Assert.InRange(costs.SecondsPerJob("sd15")!.Value, 2, 2.1);
        Assert.Null(costs.SecondsPerJob("sdxl"));
    }

    [Fact]
    public async Task SecondsPerJob_OfReportsThatComeAgain_CountsEachJobOnce()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle" }, CoordinatorFixture.Soon());
        }

        await fleet.UntilReleasedAsync(2);
        var reports = fleet.Released.Select((work, i) => Costing(CoordinatorFixture.Completion(work), i == 0 ? 1 : 3)).ToList();
        var costs = fleet.Services.GetRequiredService<JobCosts>();
        var book = fleet.Services.GetRequiredService<ReportBook>();
        costs.Observe(Heartbeat("shapes", reports[0].Images[0].ModelDigest));

        foreach (var report in new[] { reports[0], reports[1], reports[1], reports[1] })
        {
            await book.EnterAsync(report);
        }

        Assert.Equal(ScaleRule.Learn(1, 3), costs.SecondsPerJob("shapes"));

        static JobCompleted Costing(JobCompleted report, double seconds) => report with
        {
            Images =
            [
                .. report.Images.Select(image => image with
                {
                    Timings = new ImageTimings { TextEncodeMs = 0, DenoiseMs = seconds * 1000, DecodeMs = 0, EncodeMs = 1, UploadMs = 1 },
                }),
            ],
        };
    }

    internal static JobCompleted Completed(string digest, params double[] gpuSeconds) => new()
    {
        JobId = Guid.NewGuid(),
        Attempt = 1,
        WorkerId = "w",
        At = DateTimeOffset.UnixEpoch,
        Images =
        [
            .. gpuSeconds.Select((seconds, index) => new ImageRecord
            {
                Index = index,
                Artifact = "a.png",
                Sha256 = "",
                Bytes = 1,
                Width = 8,
                Height = 8,
                Seed = 1,
                Attempt = 1,
                WorkerId = "w",
                ModelDigest = digest,
                RuntimeVersion = "",
                ExecutionProvider = "Cpu",
                Device = "",
                Timings = new ImageTimings { TextEncodeMs = 0, DenoiseMs = seconds * 1000, DecodeMs = 0, EncodeMs = 50, UploadMs = 70 },
                CreatedAt = DateTimeOffset.UnixEpoch,
            }),
        ],
    };

    internal static WorkerHeartbeat Heartbeat(string model, string digest, string host = "pod", int holds = 0) => new()
    {
        WorkerId = host,
        Host = host,
        Model = model,
        ModelDigest = digest,
        ExecutionProvider = "Cpu",
        Device = "",
        RuntimeVersion = "",
        Version = "",
        State = holds > 0 ? WorkerState.Busy : WorkerState.Idle,
        Holds = [.. Enumerable.Range(0, holds).Select(_ => new HeldAttempt(Guid.NewGuid(), 1))],
        ImagesDone = 0,
        StartedAt = DateTimeOffset.UnixEpoch,
        At = TimeProvider.System.GetUtcNow(),
    };
}
