using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Batches;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests;

public sealed class BatchTests
{
    [Fact]
    public async Task Batch_LinesAndDefaults_BecomeJobsInTheBulkLane()
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var batch = await SubmitAsync(
            coordinator,
            b => b with { Defaults = new SubmitJob { Steps = 9, NegativePrompt = "blurry" } },
            "{\"prompt\":\"one\"}\n{\"prompt\":\"two\",\"steps\":3,\"images\":2,\"lane\":\"normal\"}\r\n",
            "{\"prompt\":\"three\",\"seed\":5}");

        await coordinator.UntilReleasedAsync(3);
        foreach (var work in coordinator.Released)
        {
            await coordinator.Publisher.ReportAsync(CoordinatorFixture.Completion(work), CoordinatorFixture.Soon());
        }

        await UntilAsync(coordinator, batch.Id, b => b.State == BatchState.Completed);
        var works = coordinator.Released.OrderBy(w => w.Recipe.Prompt, StringComparer.Ordinal).ToList();
        Assert.Equal(
            [("one", 9, 1, Lane.Bulk), ("three", 9, 1, Lane.Bulk), ("two", 3, 2, Lane.Normal)],
            works.Select(w => (w.Recipe.Prompt, w.Recipe.Steps, w.Images, w.Lane)));
        Assert.All(works, w => Assert.Equal("blurry", w.Recipe.NegativePrompt));
        Assert.Equal((DerivedId.FromBatchLine(batch.Id, 3), 5L, $"batches/{batch.Id}/images/000000"), (works[1].JobId, works[1].Recipe.Seed, works[1].ArtifactFolder));
        var manifest = await coordinator.Store.ReadBatchManifestAsync(batch.Id, default).ToListAsync();
        Assert.Equal([(1L, 0), (2L, 0), (2L, 1), (3L, 0)], manifest.Select(r => (r.Line!.Value, r.Image.Index)));
    }

    [Fact]
    public async Task Batch_BadLines_AreRecordedWithTheirNumbersAndTheRestGoesOn()
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var batch = await SubmitAsync(
            coordinator,
            b => b,
            "{\"prompt\":\"one\"}\nnot json\n\n{\"prompt\":\"four\",\"stepz\":3}\n",
            "{\"id\":\"0f8fad5b-d9cb-469f-a165-70867728950e\",\"prompt\":\"five\"}\n{\"steps\":5000}\n{\"prompt\":\"seven\"}\n");

        await coordinator.UntilReleasedAsync(2);

        await UntilAsync(coordinator, batch.Id, b => b.LinesRead == 7);
        var problems = await coordinator.Store.ListBatchProblemsAsync(batch.Id, 0, 100, default);
        Assert.Equal(
            [(2L, "body"), (3, "body"), (4, "stepz"), (5, "id"), (6, "steps,prompt")],
            problems.Select(p => (p.Line, string.Join(',', p.Errors.Select(e => e.Field)))));
        Assert.Equal([1L, 7L], (await coordinator.Store.ReadBatchJobsAsync(batch.Id, default).ToListAsync()).Select(j => j.Line));
    }

    [Fact]
    public async Task Batch_MoreBadLinesThanAllowed_IsGivenUp()
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var batch = await SubmitAsync(coordinator, b => b with { MaxBadLines = 0 }, Lines(1, 5) + "not json\n", Lines(6, 9));

        var found = await UntilAsync(coordinator, batch.Id, b => b.State == BatchState.Failed);

        Assert.Contains("Line 6", found.Error, StringComparison.Ordinal);
        Assert.Equal((6L, 1L, 5L), (found.LinesRead, found.BadLines, found.Counts.Single(c => c.State == JobState.Cancelled).Jobs));
    }

    [Theory]
    [InlineData("missing", "Part 1 of the source is not in the artifact store")]
    [InlineData("other", "Part 1 of the source is not in the artifact store")]
    [InlineData("lines", "Part 1 ends with line 7")]
    public async Task Batch_SourceThatIsNotAsDeclared_IsGivenUp(string fault, string reason)
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var batch = await SubmitAsync(
            coordinator,
            b => b with
            {
                Parts = fault switch
                {
                    "missing" => [b.Parts[0], b.Parts[1], b.Parts[1]],
                    "other" => [b.Parts[0], b.Parts[1] with { Sha256 = new string('0', 64) }],
                    _ => [b.Parts[0], b.Parts[1] with { Lines = 3 }],
                },
            },
            Lines(1, 5),
            Lines(6, 7));

        var found = await UntilAsync(coordinator, batch.Id, b => b.State == BatchState.Failed);

        Assert.Contains(fault == "missing" ? reason.Replace('1', '2') : reason, found.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_AnotherUnderItsId_IsPutAsideWithTheReason()
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var batch = await SubmitAsync(coordinator, b => b, Lines(1, 2));
        await UntilAsync(coordinator, batch.Id, _ => true);

        await coordinator.Publisher.SubmitAsync(batch with { Name = "another" }, CoordinatorFixture.Soon());

        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!coordinator.Rejected.IsEmpty), "a rejection");
        var rejection = Assert.Single(coordinator.Rejected);
        Assert.Equal((batch.Id, null, "id"), (rejection.BatchId, rejection.JobId, Assert.Single(rejection.Errors).Field));
    }

    [Fact]
    public async Task Expand_ALongBatch_KeepsToItsWindow()
    {
        await using var coordinator = await StartStillAsync(
            ("SdFleet:Batches:Window", "10"), ("SdFleet:Release:Interval", "00:01:00"), ("SdFleet:Release:MinWindow", "1"));
        var batch = await SubmitAsync(coordinator, b => b, Lines(1, 33), Lines(34, 60));
        await UntilAsync(coordinator, batch.Id, _ => true);
        var expander = coordinator.Services.GetRequiredService<BatchExpander>();

        await CoordinatorFixture.UntilAsync(
            async () =>
            {
                await expander.ExpandAsync(default);
                var found = (await coordinator.Store.FindBatchAsync(batch.Id, default))!;
                Assert.True(found.Counts.Where(c => c.State == JobState.Queued).Sum(c => c.Jobs) <= 10);
                await EndSomeAsync(coordinator);
                return found.State == BatchState.Completed;
            },
            "the end of the batch");

        Assert.Equal([new BatchCount(JobState.Completed, 60, 60, 0, 0)], (await coordinator.Store.FindBatchAsync(batch.Id, default))!.Counts);
    }

    [Fact]
    public async Task Expand_ASourceOfBadLines_ReadsNoMoreThanAWindowARound()
    {
        await using var coordinator = await StartStillAsync(("SdFleet:Batches:Window", "10"));
        var batch = await SubmitAsync(coordinator, b => b, new string('\n', 33));
        await UntilAsync(coordinator, batch.Id, _ => true);

        await coordinator.Services.GetRequiredService<BatchExpander>().ExpandAsync(default);

        var found = (await coordinator.Store.FindBatchAsync(batch.Id, default))!;
        Assert.Equal((10L, 10L), (found.LinesRead, found.BadLines));
    }

    [Fact]
    public async Task Expand_ABatchInTrouble_HoldsUpNoOther()
    {
        await using var coordinator = await StartStillAsync(("SdFleet:Release:MinWindow", "1"));
        var broken = await SubmitAsync(coordinator, b => b, Lines(1, 2));
        await UntilAsync(coordinator, broken.Id, _ => true);
        var part = Path.Combine(
            coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value.Path!, ArtifactName.ForBatchPart("acme", broken.Id, 0));
        using var locked = new FileStream(part, FileMode.Open, FileAccess.Read, FileShare.None);
        var sound = await SubmitAsync(coordinator, b => b, Lines(1, 2));
        await UntilAsync(coordinator, sound.Id, _ => true);
        var expander = coordinator.Services.GetRequiredService<BatchExpander>();

        await CoordinatorFixture.UntilAsync(
            async () =>
            {
                await expander.ExpandAsync(default);
                await EndSomeAsync(coordinator);
                return (await coordinator.Store.FindBatchAsync(sound.Id, default))!.State == BatchState.Completed;
            },
            "the end of the sound batch");

        var left = (await coordinator.Store.FindBatchAsync(broken.Id, default))!;
        Assert.Equal((BatchState.Expanding, 0L), (left.State, left.LinesRead));
    }

    // As a share that is not mounted: everything is missing, which says nothing about the batch.
    [Fact]
    public async Task Expand_StoresFolderGone_WaitsForIt()
    {
        await using var coordinator = await StartStillAsync();
        var batch = await SubmitAsync(coordinator, b => b, Lines(1, 2));
        await UntilAsync(coordinator, batch.Id, _ => true);
        var folder = coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value.Path!;
        var expander = coordinator.Services.GetRequiredService<BatchExpander>();
        Directory.Move(folder, folder + ".away");

        await expander.ExpandAsync(default);
        var waiting = (await coordinator.Store.FindBatchAsync(batch.Id, default))!;
        Directory.Move(folder + ".away", folder);
        await expander.ExpandAsync(default);

        Assert.Equal((BatchState.Expanding, 0L, null), (waiting.State, waiting.LinesRead, waiting.Error));
        Assert.Equal(2, (await coordinator.Store.FindBatchAsync(batch.Id, default))!.LinesRead);
    }

    [Fact]
    public async Task Expand_DatabaseAwayBetweenOrAfterWrites_NeitherRepeatsNorSkipsALine()
    {
        await using var coordinator = await CoordinatorFixture.StartAsync(
            services =>
            {
                KeepStill(services);
                services.Replace(ServiceDescriptor.Singleton(provider => FaultyJobStore.Around(
                    JobStores.Open(provider.GetRequiredService<IOptions<JobStoreOptions>>().Value))));
            },
            ("SdFleet:Release:MinWindow", "1"));
        string[] parts = [.. Enumerable.Range(0, 12).Select(p => Lines((50 * p) + 1, 50 * (p + 1)) + (p % 3 == 0 ? "bad\n" : ""))];
        var batch = await SubmitAsync(coordinator, b => b, parts);
        await UntilAsync(coordinator, batch.Id, _ => true);

        // Each time as a coordinator that has just started would.
        var rounds = 0;
        while ((await coordinator.Store.FindBatchAsync(batch.Id, default))!.State == BatchState.Expanding)
        {
            Assert.True(++rounds < 100);
            await ActivatorUtilities.CreateInstance<BatchExpander>(coordinator.Services).ExpandAsync(default);
        }

        var jobs = await coordinator.Store.ReadBatchJobsAsync(batch.Id, default).ToListAsync();
        var problems = await coordinator.Store.ListBatchProblemsAsync(batch.Id, 0, 100, default);
        Assert.Equal(Enumerable.Range(1, 604).Select(l => (long)l), jobs.Select(j => j.Line).Concat(problems.Select(p => p.Line)).Order());
        Assert.Equal([51L, 202, 353, 504], problems.Select(p => p.Line));
        foreach (var (index, job) in jobs.Index())
        {
            Assert.Equal($"picture {index + 1}", (await coordinator.Store.FindJobAsync(job.JobId, default))!.Recipe!.Prompt);
        }

        var faults = ((FaultyJobStore)(object)coordinator.Store).Faults;
        Assert.True(faults is { Before: > 2, After: > 2 }, $"{faults}");
    }

    [Fact]
    public async Task Expand_ByTwoCoordinatorsAtOnce_MakesEachLineOnce()
    {
        await using var coordinator = await StartStillAsync(("SdFleet:Release:MinWindow", "1"));
        string[] parts = [.. Enumerable.Range(0, 10).Select(p => Lines((40 * p) + 1, 40 * (p + 1)))];
        var batch = await SubmitAsync(coordinator, b => b, parts);
        await UntilAsync(coordinator, batch.Id, _ => true);

        while ((await coordinator.Store.FindBatchAsync(batch.Id, default))!.State == BatchState.Expanding)
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
                ActivatorUtilities.CreateInstance<BatchExpander>(coordinator.Services).ExpandAsync(default))));
        }

        var jobs = await coordinator.Store.ReadBatchJobsAsync(batch.Id, default).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 400).Select(l => (long)l), jobs.Select(j => j.Line));
        Assert.Equal(400, (await coordinator.Store.FindBatchAsync(batch.Id, default))!.LinesRead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_WithoutLines_IsRejected(bool hasPart)
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var batch = new SubmitBatch
        {
            Id = Guid.NewGuid(), Tenant = "acme", Name = "test", Parts = hasPart ? [new BatchPart(0, 0, new string('a', 64))] : [], SubmittedAt = DateTimeOffset.UnixEpoch,
        };

        await coordinator.Publisher.SubmitAsync(batch, CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!coordinator.Rejected.IsEmpty), "a rejection");

        var rejection = Assert.Single(coordinator.Rejected);
        Assert.Equal((batch.Id, "parts"), (rejection.BatchId, Assert.Single(rejection.Errors).Field));
        Assert.Null(await coordinator.Store.FindBatchAsync(batch.Id, default));
    }

    // Batches are expanded by the tests, and by nobody else however long they take.
    private static Task<CoordinatorFixture> StartStillAsync(params (string Key, string Value)[] settings) => CoordinatorFixture.StartAsync(KeepStill, settings);

    private static void KeepStill(IServiceCollection services) =>
        services.Remove(services.Single(s => s.ImplementationType == typeof(BatchExpansionService)));

    private static string Lines(int from, int to) =>
        string.Concat(Enumerable.Range(from, to - from + 1).Select(i => $"{{\"prompt\":\"picture {i}\"}}\n"));

    private static async Task<SubmitBatch> SubmitAsync(CoordinatorFixture coordinator, Func<SubmitBatch, SubmitBatch> change, params string[] sources)
    {
        var id = Guid.NewGuid();
        var parts = new List<BatchPart>();
        foreach (var (number, source) in sources.Index())
        {
            var bytes = Encoding.UTF8.GetBytes(source);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            await coordinator.Artifacts.PutAsync(ArtifactName.ForBatchPart("acme", id, number), bytes, "application/jsonl", sha256, metadata: null, default);
            parts.Add(new BatchPart(source.Split('\n').Length - (source.EndsWith('\n') ? 1 : 0), bytes.Length, sha256));
        }

        var batch = change(new SubmitBatch { Id = id, Tenant = "acme", Name = "test", Parts = parts, SubmittedAt = DateTimeOffset.UnixEpoch });
        await coordinator.Publisher.SubmitAsync(batch, CoordinatorFixture.Soon());
        return batch;
    }

    private static async Task<BatchSnapshot> UntilAsync(CoordinatorFixture coordinator, Guid id, Func<BatchSnapshot, bool> condition)
    {
        BatchSnapshot? found = null;
        await CoordinatorFixture.UntilAsync(
            async () => (found = await coordinator.Store.FindBatchAsync(id, default)) is not null && condition(found), $"batch {id} as wanted, it is {found}");
        return found!;
    }

    // Plays the workers for a few jobs, and the releaser too, which takes one now and then.
    private static async Task EndSomeAsync(CoordinatorFixture coordinator)
    {
        var lease = TimeSpan.FromMinutes(1);
        var released = await coordinator.Store.ReleaseAsync("shapes", Lane.Bulk, 6, DateTimeOffset.UtcNow, lease, default);
        var works = released.Select(r => r.Message).ToList();
        while (coordinator.Released.TryDequeue(out var work))
        {
            works.Add(work);
        }

        JobEvent[] events = [.. works.Select(w => JobEvent.From(CoordinatorFixture.Completion(w)))];
        await coordinator.Store.ApplyAsync(events, new RetryPolicy(), DateTimeOffset.UtcNow, lease, default);
    }
}
