using SdFleet.Cli.Batches.Watch;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Tests.Batches;

public sealed class BatchTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly BatchView Batch = new()
    {
        Id = new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"),
        Name = "set",
        Tenant = "acme",
        State = BatchState.Expanding,
        Paused = false,
        Lines = 1000,
        LinesRead = 200,
        BadLines = 3,
        Jobs = new BatchJobsView { Queued = 100, Released = 5, Running = 2, Completed = 80, Failed = 4, Cancelled = 0 },
        Images = 382,
        ImagesDone = 160,
        Failures = 9,
        Evictions = 1,
        SubmittedAt = Now,
    };

    [Fact]
    public void Line_OfABatchAtWork_HasItsRateAndItsEnd() => Assert.Equal(
        "set: expanding, 87/1000 lines, 160 images, 2.5/s, 3 bad lines, 4 failed, 6 retries, 2 workers, 26:05:07 left",
        BatchText.Line(Batch with { ImagesPerSecond = 2.5, Workers = 2, EstimatedEnd = Now + new TimeSpan(1, 2, 5, 7) }, Now));

    [Fact]
    public void Line_OfASlowOrPausedBatch_SaysSo() => Assert.Equal(
        "set: paused, 87/1000 lines, 160 images, 4.0 s each, 3 bad lines, 4 failed, 6 retries",
        BatchText.Line(Batch with { ImagesPerSecond = 0.25, Paused = true }, Now));

    [Theory]
    [InlineData(BatchState.Completed, 0, 1000, true)]
    [InlineData(BatchState.Completed, 1, 999, false)]
    [InlineData(BatchState.Completed, 0, 999, false)]
    [InlineData(BatchState.Running, 0, 1000, false)]
    public void IsWhole_OnlyWhereEveryLineIsDone(BatchState state, long badLines, long completed, bool isWhole) => Assert.Equal(
        isWhole, BatchText.IsWhole(Batch with { State = state, BadLines = badLines, Jobs = Batch.Jobs with { Completed = completed } }));
}
