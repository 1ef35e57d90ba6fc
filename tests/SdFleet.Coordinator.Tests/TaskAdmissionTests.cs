using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Admission;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests;

/// <summary>Jobs that begin with pictures, as publishers on the broker send them.</summary>
public sealed class TaskAdmissionTests
{
    [Fact]
    public async Task Submission_PictureThatIsThere_IsReleasedWithIt()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var sha256 = await UploadAsync(fleet, "acme");

        await fleet.SendRawAsync($$"""{"id":"{{Guid.NewGuid()}}","tenant":"acme","prompt":"p","task":"imageToImage","initImage":"{{sha256}}","clipSkip":1}""");
        await fleet.UntilReleasedAsync(1);

        var work = Assert.Single(fleet.Released);
        var recipe = RecipeSeal.Open(work.Recipe);
        Assert.Equal(new PictureTask { Kind = JobTask.ImageToImage, InitImage = sha256, Strength = 0.8 }, recipe.Task);
        Assert.Equal((1, null), (recipe.Prompts!.ClipSkip, recipe.ModelDigest));

        // What a worker of an older version compares with the digest of its weights.
        Assert.NotNull(work.Recipe.ModelDigest);
    }

    [Theory]
    [InlineData("globex")]
    [InlineData(null)]
    public async Task Submission_PictureThatIsNotTheTenants_IsRejectedWithFieldAndDigest(string? owner)
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var sha256 = owner is null ? new string('a', 64) : await UploadAsync(fleet, owner);
        var id = Guid.NewGuid();

        await fleet.SendRawAsync($$"""{"id":"{{id}}","tenant":"acme","prompt":"p","task":"imageToImage","initImage":"{{sha256}}"}""");
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");

        var error = Assert.Single(Assert.Single(fleet.Rejected).Errors);
        Assert.Equal(("initImage", $"\"{sha256}\""), (error.Field, error.Value));
        Assert.Equal(JobState.Rejected, (await fleet.Store.FindJobAsync(id, CoordinatorFixture.Soon()))!.State);
    }

    // Uploaded pictures are removed some time after their last use.
    [Fact]
    public async Task Submission_RepeatedWhenItsPictureIsGone_IsTheSameJobStill()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var sha256 = await UploadAsync(fleet, "acme");
        var (id, other) = (Guid.NewGuid(), Guid.NewGuid());
        await fleet.SendRawAsync(Body(id));
        await fleet.UntilReleasedAsync(1);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(fleet.Folder, "artifacts"), $"*{sha256}*", SearchOption.AllDirectories).ToList())
        {
            File.Delete(file);
        }

        // Whatever becomes of one is decided when this returns.
        var intake = fleet.Services.GetRequiredService<SubmissionIntake>();
        foreach (var job in new[] { id, other })
        {
            await intake.TakeAsync(Encoding.UTF8.GetBytes(Body(job)), traceparent: null, user: null, CoordinatorFixture.Soon());
        }

        await CoordinatorFixture.UntilAsync(() => Task.FromResult(fleet.Rejected.Any(r => r.JobId == other)), "a rejection");

        Assert.Equal(other, Assert.Single(fleet.Rejected).JobId);
        Assert.Single(fleet.Released);

        string Body(Guid job) => $$"""{"id":"{{job}}","tenant":"acme","prompt":"p","task":"imageToImage","initImage":"{{sha256}}"}""";
    }

    [Fact]
    public async Task Submission_WhoseStoreDoesNotAnswer_IsReleasedAllTheSame()
    {
        var asked = 0;
        await using var fleet = await CoordinatorFixture.StartAsync(services =>
        {
            var store = services.Single(s => s.ServiceType == typeof(IArtifactStore));
            services.Remove(store);
            services.AddSingleton(provider =>
            {
                var silent = DispatchProxy.Create<IArtifactStore, SilentStore>();
                var settings = (SilentStore)(object)silent;
                settings.Inner = (IArtifactStore)store.ImplementationFactory!(provider);
                settings.OnFind = () => Interlocked.Increment(ref asked);
                return silent;
            });
        });

        await fleet.SendRawAsync($$"""{"id":"{{Guid.NewGuid()}}","tenant":"acme","prompt":"p","task":"imageToImage","initImage":"{{new string('a', 64)}}"}""");
        await fleet.UntilReleasedAsync(1);

        Assert.Equal(1, asked);
        Assert.Empty(fleet.Rejected);
    }

    private static async Task<string> UploadAsync(CoordinatorFixture fleet, string tenant)
    {
        var file = "a picture"u8.ToArray();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        await fleet.Artifacts.PutAsync(ArtifactName.ForInput(tenant, sha256), file, "image/png", sha256, metadata: null, CoordinatorFixture.Soon());
        return sha256;
    }
}
