using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class BatchRequestsTests
{
    private static readonly Guid Batch = new("0b54f1a6-4e0c-5d0e-8a51-6d1f4a3f9c10");

    [Fact]
    public async Task Read_OfABatchThatIsBeingExpanded_ListsEveryLine()
    {
        var problems = new List<BatchProblem> { Problem(1) };

        async IAsyncEnumerable<BatchJobStatus> Jobs()
        {
            yield return Job(2);
            yield return Job(3);
            await Task.Yield();
            problems.AddRange([Problem(4), Problem(7)]);
            yield return Job(5);
        }

        var store = ScriptedBatch.Of(Snapshot(lines: 8, linesRead: 3), Jobs(), problems);
        var requests = await BatchRequests.ReadAsync(store, Batch).ToListAsync();

        // Line 6 has become a job after the jobs were read: as good as unread.
        Assert.Equal(
            [(1L, "rejected"), (2, "due"), (3, "due"), (4, "rejected"), (5, "due"), (6, "unread"), (7, "rejected"), (8, "unread")],
            requests.Select(r => (r.Line, r.IsUnread ? "unread" : r.Absence?.ToString().ToLowerInvariant() ?? "due")));
    }

    [Fact]
    public async Task Read_OfManyLines_AsksForBadOnesPageByPage()
    {
        const int Lines = 5000;
        var store = ScriptedBatch.Of(
            Snapshot(Lines, linesRead: 4000),
            Enumerable.Range(1, 2000).Select(i => Job(2 * i)).ToAsyncEnumerable(),
            [.. Enumerable.Range(0, 2000).Select(i => Problem((2 * i) + 1))]);

        var requests = await BatchRequests.ReadAsync(store, Batch).ToListAsync();

        Assert.Equal(Enumerable.Range(1, Lines).Select(i => (long)i), requests.Select(r => r.Line));
        Assert.Equal(2000, requests.Count(r => r.Absence == Absence.Rejected));
        Assert.Equal(1000, requests.Count(r => r.IsUnread));
        Assert.InRange(((ScriptedBatch)(object)store).ProblemPages, 2, 4);
    }

    [Fact]
    public async Task Read_WhenALineIsNeitherAJobNorBad_IsDue()
    {
        var store = ScriptedBatch.Of(Snapshot(lines: 3, linesRead: 3), new[] { Job(2) }.ToAsyncEnumerable(), []);

        var requests = await BatchRequests.ReadAsync(store, Batch).ToListAsync();

        Assert.Equal([new(1, 0), new(2, 0) { JobId = Synthetic.Job(2) }, new RequestedImage(3, 0)], requests);
    }

    private static BatchProblem Problem(long line) => new(line, []);

    private static BatchJobStatus Job(long line) => new(line, Synthetic.Job(line), JobState.Queued, 1, null);

    private static BatchSnapshot Snapshot(long lines, long linesRead) => new()
    {
        Batch = new SubmitBatch { Id = Batch, Tenant = "acme", Name = "shapes", Parts = [], SubmittedAt = DateTimeOffset.UnixEpoch },
        Digest = "",
        Sequence = 1,
        State = BatchState.Expanding,
        Paused = false,
        Lines = lines,
        LinesRead = linesRead,
        BadLines = 0,
        AdmittedAt = DateTimeOffset.UnixEpoch,
        Counts = [],
    };
}
