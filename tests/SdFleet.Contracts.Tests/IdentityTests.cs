using System.Security.Cryptography;
using System.Text;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Tests;

public sealed class IdentityTests
{
    [Fact]
    public void Version5_ExampleOfTheRfc_GivesItsId() =>
        // RFC 9562, appendix A.4: the DNS namespace and "www.example.com".
        Assert.Equal(
            new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
            DerivedId.Version5(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com"));

    [Fact]
    public void FromIdempotencyKey_TenantsShareAKey_TheIdsDiffer()
    {
        Assert.Equal(DerivedId.FromIdempotencyKey("a", "k"), DerivedId.FromIdempotencyKey("a", "k"));
        Assert.NotEqual(DerivedId.FromIdempotencyKey("a", "k"), DerivedId.FromIdempotencyKey("b", "k"));
        Assert.NotEqual(DerivedId.FromIdempotencyKey("a", "b-k"), DerivedId.FromIdempotencyKey("a-b", "k"));
    }

    [Fact]
    public void SeedFor_ManyJobs_StaysWithin32Bits()
    {
        var seeds = Enumerable.Range(0, 1000).Select(i => DerivedId.SeedFor(DerivedId.FromBatchLine(Guid.Empty, i))).ToList();
        Assert.All(seeds, s => Assert.InRange(s, 0, uint.MaxValue));
        Assert.Equal(1000, seeds.Distinct().Count());
    }

    [Fact]
    public void Digest_OnlyWhenItWasSubmittedDiffers_IsTheSame()
    {
        var job = new ResolvedJob
        {
            Id = Guid.NewGuid(), Tenant = "t", Lane = Lane.Normal, Images = 1, SubmittedAt = DateTimeOffset.UnixEpoch,
            Recipe = new Recipe { Model = "m", Prompt = "p", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1 },
        };

        Assert.Equal(JobDigest.Of(job), JobDigest.Of(job with { SubmittedAt = DateTimeOffset.UtcNow, Id = Guid.NewGuid() }));
        Assert.NotEqual(JobDigest.Of(job), JobDigest.Of(job with { Recipe = job.Recipe with { Seed = 2 } }));
        Assert.NotEqual(JobDigest.Of(job), JobDigest.Of(job with { Tenant = "u" }));
        Assert.NotEqual(JobDigest.Of(job), JobDigest.Of(job with { Images = 2 }));
        Assert.NotEqual(JobDigest.Of(job), JobDigest.Of(job with { Webhook = new Webhook { Url = "https://example.org/" } }));
    }

    // What was stored before jobs could have webhooks is still the same job.
    [Fact]
    public void Digest_OfAJobWithoutWebhook_IsWhatItAlwaysWas()
    {
        var job = new ResolvedJob
        {
            Id = Guid.NewGuid(), Tenant = "t", Lane = Lane.Normal, Images = 1, SubmittedAt = DateTimeOffset.UnixEpoch,
            Recipe = new Recipe { Model = "m", Prompt = "p", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1 },
        };
        const string Json = """{"tenant":"t","lane":"normal","images":1,"recipe":{"model":"m","prompt":"p","negativePrompt":"","width":64,"height":64,"steps":1,"guidanceScale":1,"scheduler":"ddim","seed":1,"noiseSource":"cpu"}}""";

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json))), JobDigest.Of(job));
    }

    [Fact]
    public void ForWebhook_JobAndBatchOfOneId_HaveEachTheirOwn()
    {
        var id = Guid.NewGuid();
        Assert.Equal(DerivedId.ForWebhook(WebhookSubject.Job, id), DerivedId.ForWebhook(WebhookSubject.Job, id));
        Assert.NotEqual(DerivedId.ForWebhook(WebhookSubject.Job, id), DerivedId.ForWebhook(WebhookSubject.Batch, id));
    }

    [Fact]
    public void Digest_OfAJobWithoutFilters_IsTheSameAsBeforeThereWereAny()
    {
        var job = new ResolvedJob
        {
            Id = Guid.NewGuid(), Tenant = "t", Lane = Lane.Normal, Images = 1, SubmittedAt = DateTimeOffset.UnixEpoch,
            Recipe = new Recipe { Model = "m", Prompt = "p", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1 },
        };

        // SHA-256 of {"tenant":"t","lane":"normal","images":1,"recipe":{"model":"m",...,"seed":1,"noiseSource":"cpu"}}.
        Assert.Equal("833a39ada2171b126d9c9201bc495f76049fdcde4ed9397f6cfd1fccc2bc9477", JobDigest.Of(job));
        Assert.NotEqual(JobDigest.Of(job), JobDigest.Of(job with { Recipe = job.Recipe with { Filters = new ImageFilters { Blank = true } } }));
    }

    // By sha256sum of the text seed/index/draw.
    [Theory]
    [InlineData(1, 0, 1, 527740782)]
    [InlineData(1, 0, 2, 1054515689)]
    [InlineData(42, 3, 1, 2538358289)]
    [InlineData(9007199254740991, 0, 15, 2530445322)]
    [InlineData(42, 3, 0, 45)]
    public void DrawSeed_OfADraw_IsAsTheDocumentSays(long seed, int index, int draw, long expected) =>
        Assert.Equal(expected, DrawSeed.Of(seed, index, draw));

    [Theory]
    [InlineData(0, "day/6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70-3.png")]
    [InlineData(12, "day/6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70-3-r12.png")]
    public void ForImage_OfADraw_NamesItAndKnowsTheFirst(int draw, string expected)
    {
        var id = new Guid("6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70");

        Assert.Equal(expected, ArtifactName.ForImage("day", id, 3, draw));
        Assert.Equal(ArtifactName.ForImage("day", id, 3), ArtifactName.OfFirstDraw(expected));
        Assert.Equal("day/x-r.png", ArtifactName.OfFirstDraw("day/x-r.png"));
        Assert.Equal("day/x-r1.jpg", ArtifactName.OfFirstDraw("day/x-r1.jpg"));
    }

    [Fact]
    public void ForImage_DayFolderJobAndIndex_AreTheName()
    {
        var id = new Guid("6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70");
        var folder = ArtifactName.DayFolder(new DateTimeOffset(2026, 1, 31, 23, 30, 0, TimeSpan.FromHours(-2)));
        Assert.Equal("2026-02-01/6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70-3.png", ArtifactName.ForImage(folder, id, 3));
    }
}
