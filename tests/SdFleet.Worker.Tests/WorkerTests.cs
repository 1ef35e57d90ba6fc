using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Workers;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Schedulers;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Reporting;

namespace SdFleet.Worker.Tests;

public sealed class WorkerTests
{
    [Fact]
    public void SchedulerNames_OfTheContract_AreThoseTheLibraryKnows() =>
        Assert.Equal(KnownSchedulers.Aliases.Concat(KnownSchedulers.ClassNames).Order(StringComparer.Ordinal), SchedulerNames.All.Order(StringComparer.Ordinal));

    // Whatever a short name decides, the library makes of it however the setting is given, and of nothing else.
    [Fact]
    public void SchedulerPresets_OfTheContract_AreWhatTheLibraryDecides()
    {
        (string Name, SchedulerConfig Asked, Func<SchedulerConfig, object?> Value)[] settings =
        [
            ("useKarrasSigmas", new() { UseKarrasSigmas = true }, c => c.UseKarrasSigmas),
            ("useKarrasSigmas", new() { UseKarrasSigmas = false }, c => c.UseKarrasSigmas),
            ("useExponentialSigmas", new() { UseExponentialSigmas = true }, c => c.UseExponentialSigmas),
            ("useBetaSigmas", new() { UseBetaSigmas = true }, c => c.UseBetaSigmas),
            ("useLuLambdas", new() { UseLuLambdas = true }, c => c.UseLuLambdas),
            ("algorithmType", new() { AlgorithmType = "dpmsolver" }, c => c.AlgorithmType),
            ("solverOrder", new() { SolverOrder = 3 }, c => c.SolverOrder),
            ("timestepSpacing", new() { TimestepSpacing = "trailing" }, c => c.TimestepSpacing),
            ("solverType", new() { SolverType = "heun" }, c => c.SolverType),
            ("finalSigmasType", new() { FinalSigmasType = "sigma_min" }, c => c.FinalSigmasType),
        ];
        foreach (var name in KnownSchedulers.Aliases)
        {
            var decided = settings
                .Where(s => !Equals(s.Value(KnownSchedulers.Create(name, s.Asked).Config), s.Value(s.Asked)))
                .Select(s => s.Name).Distinct().ToList();
            var preset = SchedulerPresets.ByName.GetValueOrDefault(name);
            Assert.Equal((name, string.Join(' ', preset?.Decides ?? [])), (name, string.Join(' ', decided)));
            Assert.Equal(preset?.ClassName ?? "", preset is null ? "" : KnownSchedulers.Create(name, new SchedulerConfig()).GetType().Name, ignoreCase: true);
        }

        Assert.Empty(SchedulerPresets.ByName.Keys.Except(KnownSchedulers.Aliases));
    }

    // A member that is added to the contract and not handed on would change nothing.
    [Fact]
    public void RecipeTasks_EverySetting_ReachesTheLibrary()
    {
        var recipe = WorkerFixture.Work().Recipe;
        var none = RecipeTasks.Of(recipe, 1).Single().Scheduler;
        foreach (var field in SchedulerSettingsFields.All)
        {
            var value = field.Kind switch { FieldKind.Truth => "true", FieldKind.Word => $"\"{field.Words[0]}\"", _ => "1" };
            var settings = JsonSerializer.Deserialize<SchedulerSettings>($$"""{"{{field.Name}}":{{value}}}""", ContractsJson.Options);

            Assert.NotEqual(none, RecipeTasks.Of(recipe with { SchedulerSettings = settings }, 1).Single().Scheduler);
        }
    }

    [Fact]
    public async Task Work_ThreeImages_AreStoredAndReportedWithTheirDigests()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = WorkerFixture.Work(images: 3);

        await worker.ReleaseAsync(work);
        var completed = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        Assert.Contains(worker.Reports.OfType<JobStarted>(), e => e.JobId == work.JobId && e.Attempt == 1);
        Assert.Equal([5L, 6L, 7L], completed.Images.Select(i => i.Seed));
        foreach (var record in completed.Images)
        {
            var bytes = await ReadAsync(worker, record.Artifact);
            Assert.Equal($"2026-01-31/{work.JobId}-{record.Index}.png", record.Artifact);
            Assert.Equal(record.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
            Assert.Equal(record.Bytes, bytes.Length);
            var image = PngReader.Read(bytes);
            Assert.Equal((128, 128), (image.Width, image.Height));
            Assert.True(record.Timings.DenoiseMs > 0 && record.ModelDigest.Length == 64);
        }

        Assert.Equal(3, completed.Images.Select(i => i.Sha256).Distinct().Count());
    }

    [Fact]
    public async Task Work_MoreImagesThanAPassTakes_IsMadeInSeveral()
    {
        await using var worker = await WorkerFixture.StartAsync(("SdFleet:Worker:MaxBatchImages", "2"));
        var work = WorkerFixture.Work(images: 5);

        await worker.ReleaseAsync(work);
        var completed = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

        Assert.Equal([5L, 6L, 7L, 8L, 9L], completed.Images.Select(i => i.Seed));
        Assert.Equal(5, completed.Images.Select(i => i.Sha256).Distinct().Count());
    }

    [Fact]
    public async Task Work_DeliveredTwice_StoresOnceAndReportsTheSameTwice()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = WorkerFixture.Work();

        await worker.ReleaseAsync(work);
        await worker.WaitForAsync<JobCompleted>(e => e.Attempt == 1);
        await worker.ReleaseAsync(work with { Attempt = 2 });
        await worker.WaitForAsync<JobCompleted>(e => e.Attempt == 2);

        Assert.Single(worker.Reports.OfType<JobCompleted>().Select(e => e.Images.Single().Sha256).Distinct());
    }

    [Fact]
    public async Task Work_ManyJobs_GoThroughTheModelTogetherAndComeOutAsAlone()
    {
        // The passes of this test alone: other tests' workers have the model under another name.
        const string Model = "together";
        using var passes = new SpanCounter("generate", Model);
        await using var worker = await WorkerFixture.StartAsync(("SdFleet:Worker:MaxBatchImages", "8"), ("SdFleet:Models:0:Name", Model));
        var alone = Work("a blue square", 11);
        await worker.ReleaseAsync(alone);
        var first = await worker.WaitForAsync<JobCompleted>(e => e.JobId == alone.JobId);
        var before = passes.WithoutLinks;

        var jobs = Enumerable.Range(0, 8).Select(i => i == 0 ? Work("a blue square", 11) : Work("a green star", i)).ToList();
        using (worker.HoldModel())
        {
            await Task.WhenAll(jobs.Select(worker.ReleaseAsync));
            await worker.WaitForAsync<WorkerHeartbeat>(e => e.Holds.Count > 1);
        }

        foreach (var job in jobs)
        {
            await worker.WaitForAsync<JobCompleted>(e => e.JobId == job.JobId);
        }

        Assert.InRange(passes.WithoutLinks - before, 1, 7);
        var again = worker.Reports.OfType<JobCompleted>().Single(e => e.JobId == jobs[0].JobId);
        var difference = MaxDifference(await ReadAsync(worker, first.Images[0].Artifact), await ReadAsync(worker, again.Images[0].Artifact));
        // Sums run in another order in a larger batch: the picture is the same, its last bits need not be.
        Assert.InRange(difference, 0, 2);

        static GenerateImages Work(string prompt, long seed)
        {
            var work = WorkerFixture.Work(prompt: prompt, seed: seed);
            return work with { Recipe = work.Recipe with { Model = Model } };
        }
    }

    [Fact]
    public async Task Outbox_ManyReportsAtOnce_GoTogetherAndEachOnce()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var started = Enumerable.Range(1, 300)
            .Select(i => new JobStarted { JobId = Guid.NewGuid(), Attempt = i, WorkerId = "w", At = DateTimeOffset.UnixEpoch })
            .ToList();
        var failed = started.ConvertAll(s => new JobFailed
        {
            JobId = s.JobId, Attempt = s.Attempt, WorkerId = "w", ErrorClass = ErrorClass.Transient, Reason = "r", At = DateTimeOffset.UnixEpoch,
        });

        await Task.WhenAll(started.Zip(failed, (s, f) => Task.WhenAll(worker.Outbox.SendAsync(s), worker.Outbox.SendAsync(f))));
        await worker.WaitForAsync<JobFailed>(_ => worker.Reports.Count(r => r is JobStarted or JobFailed) >= 600);

        Assert.Equal(started.Select(s => s.JobId), worker.Reports.OfType<JobStarted>().OrderBy(s => s.Attempt).Select(s => s.JobId));
        Assert.Equal(failed.Select(s => s.JobId), worker.Reports.OfType<JobFailed>().OrderBy(s => s.Attempt).Select(s => s.JobId));
        Assert.InRange(worker.Gathered.Count, 1, 100);
        Assert.All(worker.Gathered, g => Assert.InRange(g.Started.Count + g.Failed.Count, 2, 512));
    }

    [Fact]
    public async Task Outbox_JobsThatEndAsTheyBegin_CostOneMessageEach()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        const int Jobs = 20;

        // As if the pause for ends were endless: however busy the machine is, an end comes within it.
        await using var outbox = new ReportOutbox(worker.Publisher, Options.Create(new WorkerOptions()), new StillClock());
        for (var i = 1; i <= Jobs; i++)
        {
            var started = new JobStarted { JobId = Guid.NewGuid(), Attempt = i, WorkerId = "w", At = DateTimeOffset.UnixEpoch };
            var begun = outbox.SendAsync(started);
            await outbox.SendAsync(
                new JobFailed { JobId = started.JobId, Attempt = i, WorkerId = "w", ErrorClass = ErrorClass.Transient, Reason = "r", At = DateTimeOffset.UnixEpoch });
            await begun;
        }

        await worker.WaitForAsync<JobFailed>(e => e.Attempt == Jobs);

        Assert.Equal(Jobs, worker.Gathered.Count(g => g is { Started.Count: 1, Failed.Count: 1 }));
    }

    // A worker gets no more work before these reports are with the broker.
    [Fact]
    public async Task Outbox_StartsWhoseEndsAreThere_WaitNoLonger()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        await using var outbox = new ReportOutbox(worker.Publisher, Options.Create(new WorkerOptions()), new StillClock());
        var started = Enumerable.Range(1, 3)
            .Select(i => new JobStarted { JobId = Guid.NewGuid(), Attempt = i, WorkerId = "w", At = DateTimeOffset.UnixEpoch })
            .ToList();
        var reports = started.ConvertAll(outbox.SendAsync);
        foreach (var s in started)
        {
            await Task.Delay(30);
            Assert.DoesNotContain(reports, r => r.IsCompleted);
            reports.Add(outbox.SendAsync(
                new JobFailed { JobId = s.JobId, Attempt = s.Attempt, WorkerId = "w", ErrorClass = ErrorClass.Transient, Reason = "r", At = DateTimeOffset.UnixEpoch }));
        }

        await Task.WhenAll(reports).WaitAsync(WorkerFixture.Soon());
        await worker.WaitForAsync<JobFailed>(e => e.Attempt == 3);

        Assert.Equal((3, 3), (Assert.Single(worker.Gathered).Started.Count, worker.Gathered.Single().Failed.Count));
    }

    [Fact]
    public async Task Work_RecipeThatCannotBeCarriedOut_IsReportedAsInvalid()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = WorkerFixture.Work();

        await worker.ReleaseAsync(work with { Recipe = work.Recipe with { Width = 100 } });
        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);

        Assert.Equal(ErrorClass.Invalid, failed.ErrorClass);
        Assert.Contains("100", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_OtherWeightsThanTheJobWants_GoesBackForAnotherWorker()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var work = WorkerFixture.Work();
        await worker.ReleaseAsync(work);
        var digest = (await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId)).Images[0].ModelDigest;
        var (same, other) = (WorkerFixture.Work(), WorkerFixture.Work());

        await worker.ReleaseAsync(same with { Recipe = same.Recipe with { ModelDigest = digest } });
        await worker.ReleaseAsync(other with { Recipe = other.Recipe with { ModelDigest = new string('0', 64) } });

        await worker.WaitForAsync<JobCompleted>(e => e.JobId == same.JobId);
        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == other.JobId);
        Assert.Equal(ErrorClass.Transient, failed.ErrorClass);
        Assert.Contains(digest, failed.Reason, StringComparison.Ordinal);
        Assert.Contains(new string('0', 64), failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ToldToStopWhileWorking_GivesTheJobBackAsEvicted()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var work = WorkerFixture.Work(images: 16, steps: 500) with { Attempt = 3 };
        using var stopping = new CancellationTokenSource();

        var running = worker.Runner.RunAsync(work, stopping.Token);
        await worker.WaitForAsync<JobStarted>(e => e.JobId == work.JobId);
        await stopping.CancelAsync();
        await running;

        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);
        Assert.Equal((ErrorClass.Evicted, 3), (failed.ErrorClass, failed.Attempt));
        Assert.DoesNotContain(worker.Reports, e => e is JobCompleted);
    }

    // Unmarked, as it comes where a publisher sent it again.
    [Fact]
    public async Task Work_OneAttemptThatComesTwice_IsBegunOnceAndItsEndIsSaidAgain()
    {
        var journal = Path.GetTempFileName();
        try
        {
            await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero, ("SdFleet:Worker:Synthetic:Journal", journal));
            var work = WorkerFixture.Work(images: 2);

            using (worker.HoldModel())
            {
                await worker.ReleaseAsync(work);
                await worker.UntilHeldAsync(work);
                await worker.ReleaseAsync(work);
                await worker.UntilWarnedAsync($"Job {work.JobId}, attempt 1, came twice");
            }

            await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);
            Assert.DoesNotContain(worker.Reports, e => e is JobFailed);

            // Its end is reported a moment before it is out of hand.
            await worker.WaitForAsync<WorkerHeartbeat>(e => e is { State: WorkerState.Idle, ImagesDone: 2 });
            await worker.ReleaseAsync(work);
            var again = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);

            Assert.Equal((ErrorClass.Evicted, 1), (again.ErrorClass, again.Attempt));
            Assert.Equal(2, (await File.ReadAllLinesAsync(journal)).Count(line => !line.Contains(HeldModel.Prompt, StringComparison.Ordinal)));
            Assert.Single(worker.Reports.OfType<JobStarted>());
            Assert.Single(worker.Reports.OfType<JobCompleted>());
        }
        finally
        {
            File.Delete(journal);
        }
    }

    [Fact]
    public async Task GiveBack_WhatIsStillInHand_GoesOn()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.Zero);
        var work = WorkerFixture.Work();

        using (worker.HoldModel())
        {
            await worker.ReleaseAsync(work);
            await worker.UntilHeldAsync(work);
            await worker.Runner.GiveBackAsync(work);
        }

        await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);
        Assert.DoesNotContain(worker.Reports, e => e is JobFailed);

        await worker.Runner.GiveBackAsync(work with { Attempt = 2 });
        Assert.Equal(2, (await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId)).Attempt);
    }

    [Fact]
    public async Task Unwanted_RunningAttempt_EndsWithinAStepAndWithoutAWord()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.FromMilliseconds(500));
        var work = WorkerFixture.Work(images: 4, steps: 1000);
        await worker.ReleaseAsync(work);
        await worker.WaitForAsync<JobStarted>(e => e.JobId == work.JobId);
        var next = WorkerFixture.Work(steps: 1);
        await worker.ReleaseAsync(next);

        await worker.StopAsync(work);

        // The model is free for the next job long before the five hundred seconds of the first one, for which nobody waits here.
        await worker.WaitForAsync<JobCompleted>(e => e.JobId == next.JobId);
        Assert.DoesNotContain(worker.Reports, e => e is JobFailed || (e is JobCompleted done && done.JobId == work.JobId));
        Assert.DoesNotContain((await worker.WaitForAsync<WorkerHeartbeat>(e => e.ImagesDone == 1)).Holds, h => h.JobId == work.JobId);
    }

    [Fact]
    public async Task Unwanted_OneOfAPass_CostsTheOthersNothing()
    {
        await using var worker = await WorkerFixture.StartSyntheticAsync(TimeSpan.FromMilliseconds(50));

        // Long enough that the order to stop comes before their end, and together, as they have waited for the model.
        GenerateImages[] pair = [WorkerFixture.Work(steps: 200), WorkerFixture.Work(steps: 200, seed: 6)];
        using (worker.HoldModel())
        {
            await Task.WhenAll(pair.Select(worker.ReleaseAsync));
            await worker.UntilHeldAsync(pair);
        }

        await worker.WaitForAsync<JobStarted>(e => e.JobId == pair[0].JobId);
        await worker.StopAsync(pair[0]);

        await worker.WaitForAsync<JobCompleted>(e => e.JobId == pair[1].JobId);
        Assert.DoesNotContain(worker.Reports, e => e is JobFailed || (e is JobCompleted done && done.JobId == pair[0].JobId));
    }

    [Fact]
    public async Task Stop_WhileWorking_EndsWithinTheDrainTimes()
    {
        var worker = await WorkerFixture.StartAsync(("SdFleet:Worker:FinishTimeout", "00:00:00.2"));
        var work = WorkerFixture.Work(images: 16, steps: 500);
        await worker.ReleaseAsync(work);
        await worker.WaitForAsync<JobStarted>(e => e.JobId == work.JobId);

        await worker.DisposeAsync();

        Assert.DoesNotContain(worker.Reports, e => e is JobCompleted);
    }

    [Fact]
    public async Task Heartbeat_WhileIdleAndBusy_SaysWhatTheWorkerHolds()
    {
        await using var worker = await WorkerFixture.StartAsync();
        var idle = await worker.WaitForAsync<WorkerHeartbeat>(e => e.State == WorkerState.Idle);
        Assert.Empty(idle.Holds);
        Assert.Equal(("shapes", 64), (idle.Model, idle.ModelDigest!.Length));

        var work = WorkerFixture.Work(images: 4);
        using (worker.HoldModel())
        {
            await worker.ReleaseAsync(work);
            await worker.WaitForAsync<WorkerHeartbeat>(e => e.State == WorkerState.Busy && e.Holds.Contains(new HeldAttempt(work.JobId, 1)));
        }

        await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);
        var after = await worker.WaitForAsync<WorkerHeartbeat>(e => e.State == WorkerState.Idle && e.ImagesDone == 4);
        Assert.Equal(4 * work.Recipe.PixelPasses(), after.PixelPasses);
        Assert.True(after is { GpuSeconds: > 0, BytesStored: > 0 }, after.ToString());
    }

    private static async Task<byte[]> ReadAsync(WorkerFixture worker, string artifact)
    {
        await using var content = await worker.Artifacts.OpenReadAsync(artifact, WorkerFixture.Soon());
        using var memory = new MemoryStream();
        await content!.Stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    private static int MaxDifference(byte[] a, byte[] b)
    {
        var x = PngReader.Read(a).Pixels;
        var y = PngReader.Read(b).Pixels;
        var max = 0;
        for (var i = 0; i < x.Length; i++)
        {
            max = Math.Max(max, Math.Abs(x[i] - y[i]));
        }

        return max;
    }

    private sealed class SpanCounter : IDisposable
    {
        private readonly ActivityListener _listener;
        private int _withoutLinks;

        public SpanCounter(string name, string model)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "SdFleet.Worker",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = a =>
                {
                    if (a.OperationName == name && !a.Links.Any() && (string?)a.GetTagItem("gen_ai.request.model") == model)
                    {
                        Interlocked.Increment(ref _withoutLinks);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public int WithoutLinks => Volatile.Read(ref _withoutLinks);

        public void Dispose() => _listener.Dispose();
    }
}
