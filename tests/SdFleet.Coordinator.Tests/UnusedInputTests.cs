using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Batches;
using SdFleet.Coordinator.Inputs;
using SdFleet.Coordinator.Release;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests;

public sealed class UnusedInputTests
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(31);

    [Fact]
    public async Task Sweep_RemovesWhatIsOldAndUnused_AndNothingElse()
    {
        await using var coordinator = await StartAsync();
        var (unused, recent, strangers) = (await PutAsync(coordinator, "unused", Old), await PutAsync(coordinator, "recent", TimeSpan.FromDays(29)), await PutAsync(coordinator, "s", Old, "globex"));
        var used = await PutAsync(coordinator, "used", TimeSpan.FromDays(1));
        await SubmitAsync(coordinator, used);
        Age(coordinator, ArtifactName.ForInput("acme", used), Old);

        // Not a tenant's pictures, whatever it is.
        await coordinator.Artifacts.PutAsync("inputs/other/x", new byte[1], "image/png", Hash(new byte[1]), null, default);
        Age(coordinator, "inputs/other/x", Old);

        Assert.Equal(2, await Inputs(coordinator).SweepAsync(default));
        Assert.Equal(0, await Inputs(coordinator).SweepAsync(default));

        Assert.False(await IsThereAsync(coordinator, unused));
        Assert.True(await IsThereAsync(coordinator, recent));
        Assert.False(await IsThereAsync(coordinator, strangers, "globex"));
        Assert.True(await IsThereAsync(coordinator, used));
        Assert.NotNull(await coordinator.Artifacts.FindAsync("inputs/other/x", default));
        Assert.True(await ModifiedAsync(coordinator, used) > TimeProvider.System.GetUtcNow().AddHours(-1));
    }

    [Fact]
    public async Task Submission_OfAJob_RenewsAnOldPicture()
    {
        await using var coordinator = await StartAsync();
        var picture = await PutAsync(coordinator, "a", Old);

        var job = await SubmitAsync(coordinator, picture);
        await coordinator.Store.CancelAsync([job], TimeProvider.System.GetUtcNow(), default);

        Assert.Equal(0, await Inputs(coordinator).SweepAsync(default));
        Assert.True(await IsThereAsync(coordinator, picture));
    }

    // What a batch names that is not read yet, nobody knows.
    [Fact]
    public async Task Sweep_WhileABatchOfTheTenantHasUnreadLines_LeavesWhatItHas()
    {
        await using var coordinator = await StartAsync();
        var (own, strangers) = (await PutAsync(coordinator, "a", Old), await PutAsync(coordinator, "b", Old, "globex"));
        var batch = new SubmitBatch { Id = Guid.NewGuid(), Tenant = "acme", Name = "b", Parts = [new BatchPart(1, 1, new string('a', 64))], SubmittedAt = TimeProvider.System.GetUtcNow() };
        await coordinator.Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = TimeProvider.System.GetUtcNow() }, default);
        await coordinator.Store.PauseBatchAsync(batch.Id, paused: true, default);

        Assert.Equal(1, await Inputs(coordinator).SweepAsync(default));
        Assert.True(await IsThereAsync(coordinator, own));
        Assert.False(await IsThereAsync(coordinator, strangers, "globex"));

        await coordinator.Store.CancelBatchAsync(batch.Id, TimeProvider.System.GetUtcNow(), default);
        Assert.Equal(1, await Inputs(coordinator).SweepAsync(default));
    }

    [Fact]
    public async Task Sweep_OfMany_AsksAgainWhatIsUsedBeforeTheNextFewHundred()
    {
        await using var coordinator = await StartAsync();
        for (var i = 0; i < 250; i++)
        {
            await PutAsync(coordinator, $"picture {i}", Old);
        }

        // A batch comes after the first look.
        var asked = 0;
        var store = Answered.By(coordinator.Store, (method, _) => method == nameof(IJobStore.FindInputsInUseAsync) && ++asked > 1
            ? Task.FromResult(new InputsInUse(HasUnreadLines: true, new HashSet<string>()))
            : null);

        Assert.Equal(200, await ActivatorUtilities.CreateInstance<UnusedInputs>(coordinator.Services, store).SweepAsync(default));
        Assert.Equal(50, await coordinator.Artifacts.ListAsync(ArtifactName.InputPrefix("acme"), default).CountAsync());
    }

    [Fact]
    public async Task Expansion_OfABatch_RenewsThePicturesOfItsLines()
    {
        await using var coordinator = await StartAsync();
        var picture = await PutAsync(coordinator, "a", Old);
        var batch = await AdmitBatchAsync(coordinator, picture);

        await coordinator.Services.GetRequiredService<BatchExpander>().ExpandAsync(default);
        await coordinator.Store.CancelBatchAsync(batch, TimeProvider.System.GetUtcNow(), default);

        Assert.True(await ModifiedAsync(coordinator, picture) > TimeProvider.System.GetUtcNow().AddHours(-1));
        Assert.Equal(0, await Inputs(coordinator).SweepAsync(default));
    }

    [Fact]
    public async Task Expansion_WhilePicturesCannotBeRenewed_IsPutOff()
    {
        await using var coordinator = await StartAsync();
        var batch = await AdmitBatchAsync(coordinator, await PutAsync(coordinator, "a", Old));
        var isAway = true;
        var artifacts = Answered.By(coordinator.Artifacts, (method, _) => method == nameof(IArtifactStore.RenewAsync) && isAway
            ? Task.FromException<bool>(new ArtifactStoreException("The store is away.", isTransient: true))
            : null);
        var expander = ActivatorUtilities.CreateInstance<BatchExpander>(coordinator.Services, artifacts);

        await expander.ExpandAsync(default);
        var waiting = (await coordinator.Store.FindBatchAsync(batch, default))!;
        isAway = false;
        await expander.ExpandAsync(default);

        Assert.Equal((BatchState.Expanding, 0L), (waiting.State, waiting.LinesRead));
        var read = (await coordinator.Store.FindBatchAsync(batch, default))!;
        Assert.Equal((1L, 0L), (read.LinesRead, read.BadLines));
    }

    // Jobs that come while it is being removed: each is told that its picture is not there, or finds it.
    [Fact]
    public async Task Sweep_WhileJobsAreSubmitted_NeverTakesThePictureOfOneThatWasAdmitted()
    {
        await using var coordinator = await StartAsync();
        var (admitted, rejected) = (0, 0);
        for (var round = 0; round < 20; round++)
        {
            var picture = await PutAsync(coordinator, $"picture {round}", Old);
            var sweep = Task.Run(() => Inputs(coordinator).SweepAsync(default));
            var id = Guid.NewGuid();
            await coordinator.SendRawAsync($$"""{"id":"{{id}}","tenant":"acme","prompt":"p","task":"imageToImage","initImage":"{{picture}}"}""");
            await CoordinatorFixture.UntilAsync(async () => await coordinator.Store.FindJobAsync(id, default) is not null, "the job's fate");
            await sweep;

            if ((await coordinator.Store.FindJobAsync(id, default))!.State == JobState.Rejected)
            {
                rejected++;
            }
            else
            {
                admitted++;
                Assert.True(await IsThereAsync(coordinator, picture));
            }
        }

        Assert.Equal(20, admitted + rejected);
    }

    // Jobs stay queued: nobody takes them. Batches are expanded by the tests.
    private static Task<CoordinatorFixture> StartAsync() =>
        CoordinatorFixture.StartAsync(services =>
        {
            services.Remove(services.Single(s => s.ImplementationType == typeof(ReleaseService)));
            services.Remove(services.Single(s => s.ImplementationType == typeof(BatchExpansionService)));
        });

    private static UnusedInputs Inputs(CoordinatorFixture coordinator) => coordinator.Services.GetRequiredService<UnusedInputs>();

    private static async Task<Guid> SubmitAsync(CoordinatorFixture coordinator, string picture)
    {
        var id = Guid.NewGuid();
        await coordinator.SendRawAsync($$"""{"id":"{{id}}","tenant":"acme","prompt":"p","task":"imageToImage","initImage":"{{picture}}"}""");
        await CoordinatorFixture.UntilAsync(async () => await coordinator.Store.FindJobAsync(id, default) is not null, "the job");
        return id;
    }

    // One line, which begins with that picture.
    private static async Task<Guid> AdmitBatchAsync(CoordinatorFixture coordinator, string picture)
    {
        var (id, now) = (Guid.NewGuid(), TimeProvider.System.GetUtcNow());
        var source = System.Text.Encoding.UTF8.GetBytes($$"""{"prompt":"p","task":"imageToImage","initImage":"{{picture}}"}""");
        await coordinator.Artifacts.PutAsync(ArtifactName.ForBatchPart("acme", id, 0), source, "application/jsonl", Hash(source), null, default);
        var batch = new SubmitBatch { Id = id, Tenant = "acme", Name = "b", Parts = [new BatchPart(1, source.Length, Hash(source))], SubmittedAt = now };
        await coordinator.Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = now }, default);
        return id;
    }

    private static async Task<string> PutAsync(CoordinatorFixture coordinator, string text, TimeSpan age, string tenant = "acme")
    {
        var content = System.Text.Encoding.UTF8.GetBytes(text);
        var name = ArtifactName.ForInput(tenant, Hash(content));
        await coordinator.Artifacts.PutAsync(name, content, "image/png", Hash(content), null, default);
        Age(coordinator, name, age);
        return Hash(content);
    }

    private static void Age(CoordinatorFixture coordinator, string name, TimeSpan age) => File.SetLastWriteTimeUtc(
        Path.Combine(coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value.Path!, name), (TimeProvider.System.GetUtcNow() - age).UtcDateTime);

    private static async Task<bool> IsThereAsync(CoordinatorFixture coordinator, string sha256, string tenant = "acme") =>
        await coordinator.Artifacts.FindAsync(ArtifactName.ForInput(tenant, sha256), default) is not null;

    private static async Task<DateTimeOffset> ModifiedAsync(CoordinatorFixture coordinator, string sha256) =>
        (await coordinator.Artifacts.ListAsync(ArtifactName.ForInput("acme", sha256), default).SingleAsync()).ModifiedAt;

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
