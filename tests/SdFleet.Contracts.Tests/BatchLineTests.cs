using System.Text;
using System.Text.Json;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Tests;

public sealed class BatchLineTests
{
    private static readonly SubmitJob Full = new()
    {
        Model = "m",
        ModelDigest = new string('a', 64),
        Prompt = "p",
        NegativePrompt = "n",
        Images = 2,
        Seed = 3,
        Width = 64,
        Height = 128,
        Steps = 4,
        GuidanceScale = 5,
        Scheduler = "ddim",
        SchedulerSettings = new SchedulerSettings { Eta = 0.5, TimestepSpacing = "trailing" },
        NoiseSource = NoiseSource.Cuda,
        MinClipSimilarity = 0.25,
        FilterBlank = true,
        FilterUnsafe = false,
        DuplicateDistance = 4,
        Redraws = 2,
        PromptSyntax = PromptSyntax.Weighted,
        LongPrompts = LongPrompts.Chunk,
        ClipSkip = 1,
        GuidanceRescale = 0.5,
        Loras = [new RecipeLora { Name = "style", Weight = 0.8, Sha256 = new string('d', 64) }],
        Task = JobTask.Outpaint,
        InitImage = new string('e', 64),
        Mask = new string('f', 64),
        DepthMap = new string('0', 64),
        Strength = 0.7,
        Overlay = false,
        MaskBlending = MaskBlending.Soft,
        OutpaintLeft = 1,
        OutpaintTop = 2,
        OutpaintRight = 3,
        OutpaintBottom = 4,
        Feather = 5,
        NoiseLevel = 6,
        HiresScale = 1.5,
        HiresUpscaler = HiresUpscaler.LatentBicubic,
        HiresStrength = 0.4,
        HiresSteps = 7,
        Lane = Lane.Interactive,
    };

    [Fact]
    public void Read_EmptyLine_TakesEveryFieldFromTheDefaults()
    {
        var batch = Batch(Full);
        var errors = new List<FieldError>();

        var job = BatchLine.Read(batch, 7, "{}"u8.ToArray(), errors);

        Assert.Empty(errors);
        Assert.Equal(Full with { Id = DerivedId.FromBatchLine(batch.Id, 7), Tenant = "acme", SubmittedAt = batch.SubmittedAt }, job);

        // A field that a submission gets later has to be merged as well; only a webhook is the batch's and not its lines'.
        Assert.All(typeof(SubmitJob).GetProperties(), p => Assert.Equal(p.Name == nameof(SubmitJob.Webhook), p.GetValue(job) is null));
    }

    [Fact]
    public void Read_FullLine_TakesNothingFromTheDefaults()
    {
        var other = new SubmitJob { Model = "other", Prompt = "other", Images = 9, Steps = 9, Seed = 9, Lane = Lane.Normal, Scheduler = "euler", FilterUnsafe = true, Redraws = 9 };
        var batch = Batch(other);
        var errors = new List<FieldError>();

        var job = BatchLine.Read(batch, 1, JsonSerializer.SerializeToUtf8Bytes(Full, ContractsJson.Options), errors);

        Assert.Empty(errors);
        Assert.Equal(Full.Loras, job.Loras);
        Assert.Equal(Full with { Id = job.Id, Tenant = "acme", SubmittedAt = batch.SubmittedAt, Loras = job.Loras }, job);
    }

    // As a whole: an empty one is a line's way to have none.
    [Theory]
    [InlineData("{}", "eta=0.5, timestepSpacing=trailing")]
    [InlineData("""{"schedulerSettings":{"clipSample":true}}""", "clipSample=true")]
    [InlineData("""{"schedulerSettings":{}}""", "")]
    public void Read_SchedulerSettings_AreTheLinesOrTheDefaults(string line, string expected)
    {
        var errors = new List<FieldError>();

        var job = BatchLine.Read(Batch(Full), 1, Encoding.UTF8.GetBytes(line), errors);

        Assert.Empty(errors);
        Assert.Equal(expected.Split(", ").Order(StringComparer.Ordinal), job.SchedulerSettings!.ToString().Split(", ").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{}", "prompt")]
    [InlineData("{\"prompt\":\"p\",\"tenant\":\"other\"}", "tenant")]
    [InlineData("{\"prompt\":\"p\",\"id\":\"0f8fad5b-d9cb-469f-a165-70867728950e\"}", "id")]
    [InlineData("{\"prompt\":5}", "prompt")]
    [InlineData("[1]", "body")]
    public void Read_WrongLine_SaysWhatIsWrong(string line, string field)
    {
        var errors = new List<FieldError>();

        BatchLine.Read(Batch(new SubmitJob()), 1, Encoding.UTF8.GetBytes(line), errors);

        Assert.Equal(field, Assert.Single(errors).Field);
    }

    [Fact]
    public void BatchDigest_OfTheSameBatch_KnowsNoTimeAndEverythingElse()
    {
        var batch = Batch(new SubmitJob { Steps = 4 });

        Assert.Equal(BatchDigest.Of(batch), BatchDigest.Of(batch with { SubmittedAt = batch.SubmittedAt.AddDays(1) }));
        SubmitBatch[] others =
        [
            batch with { Tenant = "globex" }, batch with { Name = "b" }, batch with { MaxBadLines = 0 }, batch with { Defaults = new SubmitJob { Steps = 5 } },
            batch with { Parts = [new BatchPart(2, 10, new string('a', 64))] },
        ];
        Assert.All(others, other => Assert.NotEqual(BatchDigest.Of(batch), BatchDigest.Of(other)));
    }

    private static SubmitBatch Batch(SubmitJob defaults) => new()
    {
        Id = Guid.NewGuid(), Tenant = "acme", Name = "a", Defaults = defaults, Parts = [new BatchPart(1, 10, new string('a', 64))], SubmittedAt = DateTimeOffset.UnixEpoch,
    };
}
