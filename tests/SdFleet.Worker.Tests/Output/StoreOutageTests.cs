using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Diffusion.Imaging;
using SdFleet.Storage;

namespace SdFleet.Worker.Tests.Output;

/// <summary>What becomes of attempts while the artifact store is away: nothing that counts as the job's failure.</summary>
public sealed class StoreOutageTests
{
    private ShakyStore _store = null!;

    [Fact]
    public async Task Store_AwayWhenAPictureIsMade_ItIsHeldAndStoredAndNotMadeAgain()
    {
        var journal = Path.GetTempFileName();
        try
        {
            await using var worker = await StartAsync(("SdFleet:Worker:Synthetic:Journal", journal));
            var work = WorkerFixture.Work(images: 2);
            _store.Fail(calls: int.MaxValue);

            await worker.ReleaseAsync(work);
            await UntilAsync(() => _store.Faults >= 2);
            var heard = worker.Reports.Count;
            await worker.WaitForAsync<WorkerHeartbeat>(e => worker.Reports.Skip(heard).Contains(e) && e.Holds.Contains(new HeldAttempt(work.JobId, 1)));
            Assert.DoesNotContain(worker.Reports, e => e is JobCompleted);
            _store.Fail(calls: 0);
            var completed = await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

            Assert.DoesNotContain(worker.Reports, e => e is JobFailed);
            Assert.Equal(2, (await File.ReadAllLinesAsync(journal)).Length);
            foreach (var image in completed.Images)
            {
                Assert.Equal(image.Sha256, Convert.ToHexStringLower(SHA256.HashData((await worker.Artifacts.ReadAsync(image.Artifact, default))!)));
            }
        }
        finally
        {
            File.Delete(journal);
        }
    }

    [Fact]
    public async Task Store_AwayForLongerThanIsWaited_TheAttemptIsEvictedWithTheReason()
    {
        await using var worker = await StartAsync(("SdFleet:Worker:StoreTimeout", "00:00:00"));
        var work = WorkerFixture.Work();
        _store.Fail(calls: 1);

        await worker.ReleaseAsync(work);
        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);

        Assert.Equal((ErrorClass.Evicted, "The store is away.", true), (failed.ErrorClass, failed.Reason, failed.StoreAway));
    }

    [Fact]
    public async Task Store_AwayWhenTheWorkerIsToldToStop_TheAttemptIsGivenBackAtOnce()
    {
        await using var worker = await StartAsync();
        var work = WorkerFixture.Work();
        using var stopping = new CancellationTokenSource();
        _store.Fail(calls: int.MaxValue);

        var running = worker.Runner.RunAsync(work, stopping.Token);
        await UntilAsync(() => _store.Faults > 0);
        await stopping.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1));

        var failed = await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId);
        Assert.Equal((ErrorClass.Evicted, "The worker was told to stop, or lost its connection to the broker.", false), (failed.ErrorClass, failed.Reason, failed.StoreAway));
    }

    [Fact]
    public async Task Store_AwayWhenNobodyWaitsForTheAttemptAnyMore_ItEndsWithoutAWord()
    {
        await using var worker = await StartAsync();
        var (work, next) = (WorkerFixture.Work(), WorkerFixture.Work());
        _store.Fail(calls: int.MaxValue);
        await worker.ReleaseAsync(work);
        await UntilAsync(() => _store.Faults > 0);
        var held = await worker.WaitForAsync<WorkerHeartbeat>(e => e.Holds.Count > 0);

        await worker.StopAsync(work);
        await worker.WaitForAsync<WorkerHeartbeat>(e => e.State == WorkerState.Idle && e.At > held.At);
        _store.Fail(calls: 0);
        await worker.ReleaseAsync(next);
        await worker.WaitForAsync<JobCompleted>(e => e.JobId == next.JobId);

        Assert.DoesNotContain(worker.Reports, e => e is JobFailed || (e is JobCompleted done && done.JobId == work.JobId));
    }

    [Fact]
    public async Task Input_StoreAway_IsWaitedForOrTheAttemptIsEvicted()
    {
        await using (var patient = await StartAsync())
        {
            var work = With(await UploadAsync(patient));
            _store.Fail(calls: 2);
            await patient.ReleaseAsync(work);
            await patient.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);
            Assert.Equal(2, _store.Faults);
            Assert.DoesNotContain(patient.Reports, e => e is JobFailed);
        }

        await using var worker = await StartAsync(("SdFleet:Worker:StoreTimeout", "00:00:00"));
        var other = With(await UploadAsync(worker));
        _store.Fail(calls: 1);
        await worker.ReleaseAsync(other);
        Assert.Equal(ErrorClass.Evicted, (await worker.WaitForAsync<JobFailed>(e => e.JobId == other.JobId)).ErrorClass);
    }

    [Fact]
    public async Task Input_ThatIsNotThere_OrIsDamaged_IsTheJobsFailure()
    {
        await using var worker = await StartAsync();
        var (missing, damaged) = (With(new string('a', 64)), With(new string('b', 64)));
        byte[] other = [1, 2, 3];
        await worker.Artifacts.PutAsync(
            ArtifactName.ForInput("t", new string('b', 64)), other, "image/png", Convert.ToHexStringLower(SHA256.HashData(other)), metadata: null, default);

        await Task.WhenAll(worker.ReleaseAsync(missing), worker.ReleaseAsync(damaged));

        Assert.Equal(ErrorClass.Invalid, (await worker.WaitForAsync<JobFailed>(e => e.JobId == missing.JobId)).ErrorClass);
        Assert.Equal(ErrorClass.Permanent, (await worker.WaitForAsync<JobFailed>(e => e.JobId == damaged.JobId)).ErrorClass);
    }

    // As a share that is not mounted: everything is missing, which says nothing about the job.
    [Fact]
    public async Task Input_WhoseStoresFolderIsGone_IsNotCalledMissing()
    {
        await using var worker = await StartAsync(("SdFleet:Worker:StoreTimeout", "00:00:00"));
        var folder = worker.Folder;
        Directory.Move(folder, folder + ".away");
        try
        {
            var work = With(new string('a', 64));
            await worker.ReleaseAsync(work);
            Assert.Equal(ErrorClass.Evicted, (await worker.WaitForAsync<JobFailed>(e => e.JobId == work.JobId)).ErrorClass);
        }
        finally
        {
            Directory.Move(folder + ".away", folder);
        }
    }

    private Task<WorkerFixture> StartAsync(params (string Key, string Value)[] settings) => WorkerFixture.StartAsync(
        services => services.AddSingleton<IArtifactStore>(provider =>
        {
            (var store, _store) = ShakyStore.Around(ArtifactStores.Open(provider.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value));
            return store;
        }),
        [("SdFleet:Worker:Synthetic:Enabled", "true"), .. settings]);

    private static async Task<string> UploadAsync(WorkerFixture worker)
    {
        var png = PngWriter.ToArray(new RgbImage(128, 128));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(png));
        await worker.Artifacts.PutAsync(ArtifactName.ForInput("t", sha256), png, "image/png", sha256, metadata: null, default);
        return sha256;
    }

    private static GenerateImages With(string input)
    {
        var work = WorkerFixture.Work();
        return work with { Recipe = work.Recipe with { Task = new PictureTask { Kind = JobTask.ImageToImage, InitImage = input, Strength = 0.5 } } };
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = WorkerFixture.Soon();
        while (!condition())
        {
            await Task.Delay(10, deadline);
        }
    }
}
