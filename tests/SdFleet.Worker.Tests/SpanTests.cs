using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Worker.Tests;

/// <summary>What a trace shows of an attempt.</summary>
public sealed class SpanTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public SpanTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "SdFleet.Worker" or "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    // A sampler that keeps failures sees only what the spans say.
    [Fact]
    public async Task Attempt_ThatFails_LeavesAFailedSpan()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var (good, bad) = (WorkerFixture.Work(), WorkerFixture.Work());

        await worker.ReleaseAsync(good);
        await worker.WaitForAsync<JobCompleted>(e => e.JobId == good.JobId);

        // Of this job alone: the spans are the process's, and other tests' workers leave theirs.
        var missing = Convert.ToHexStringLower(SHA256.HashData(bad.JobId.ToByteArray()));
        await worker.ReleaseAsync(bad with { Recipe = bad.Recipe with { Task = new PictureTask { Kind = JobTask.ImageToImage, InitImage = missing, Strength = 0.5 } } });
        await worker.WaitForAsync<JobFailed>(e => e.JobId == bad.JobId);

        var failed = await UntilAsync(span => span.Status == ActivityStatusCode.Error && span.StatusDescription?.Contains(missing, StringComparison.Ordinal) == true);
        Assert.Contains("initImage", failed.StatusDescription, StringComparison.Ordinal);
        Assert.Equal("Invalid", failed.GetTagItem("error.type"));
        var upload = await UntilAsync(span => span.GetTagItem("sdfleet.artifact") is string name && name.Contains(good.JobId.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(_spans, span => span.TraceId == upload.TraceId && span.Status == ActivityStatusCode.Error);
    }

    [Fact]
    public async Task Pass_SaysByTheConventionsWhatItGenerates()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var work = WorkerFixture.Work();

        await worker.ReleaseAsync(work);
        await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        var pass = await UntilAsync(span => span.OperationName == "generate" && (string?)span.GetTagItem("gen_ai.request.model") == work.Recipe.Model);
        Assert.Equal(
            ("generate_content", "image", "sdfleet"),
            (pass.GetTagItem("gen_ai.operation.name"), pass.GetTagItem("gen_ai.output.type"), pass.GetTagItem("gen_ai.provider.name")));
    }

    // A span ends a little after what it reported.
    private async Task<Activity> UntilAsync(Func<Activity, bool> condition)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(20))
        {
            if (_spans.FirstOrDefault(condition) is { } span)
            {
                return span;
            }
        }

        throw new TimeoutException($"These spans came: {string.Join(", ", _spans.Select(s => $"{s.OperationName} {s.Status}"))}.");
    }
}
