using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Tests;

public abstract class InputsInUseTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Jobs_ThatAreNotOver_NameTheirPictures()
    {
        var over = Painting('7');
        await Store.AdmitAsync([over], default);
        await Store.CancelAsync([over.Job.Id], Now, default);
        await Store.AdmitAsync([Painting('1', mask: '2'), Painting('3', depthMap: '4'), Painting('1'), Painting('5', tenant: "globex"), Samples.Job()], default);
        await Store.ReleaseAsync(Samples.Model, Lane.Normal, 2, Now, TimeSpan.FromHours(1), default);

        var used = await Store.FindInputsInUseAsync("acme", default);

        Assert.False(used.HasUnreadLines);
        Assert.Equal([Digest('1'), Digest('2'), Digest('3'), Digest('4')], used.Sha256.Order(StringComparer.Ordinal));
        Assert.Equal([Digest('5')], (await Store.FindInputsInUseAsync("globex", default)).Sha256.Order(StringComparer.Ordinal));
        Assert.Empty((await Store.FindInputsInUseAsync("nobody", default)).Sha256);
    }

    [Fact]
    public async Task Prompt_ThatLooksLikeAPicture_IsNone()
    {
        await Store.AdmitAsync([Samples.Job(prompt: $"{{\"initImage\":\"{Digest('1')}\"}}"), Painting('2')], default);

        Assert.Equal([Digest('2')], (await Store.FindInputsInUseAsync("acme", default)).Sha256.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Batch_WithLinesThatAreNoJobs_MayNameAnything()
    {
        var id = Guid.NewGuid();
        var batch = new SubmitBatch { Id = id, Tenant = "acme", Name = "prompts", Parts = [new BatchPart(2, 100, new string('a', 64))], SubmittedAt = Now };
        await Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now }, default);
        Assert.True((await Store.FindInputsInUseAsync("acme", default)).HasUnreadLines);
        Assert.False((await Store.FindInputsInUseAsync("globex", default)).HasUnreadLines);

        await Store.ExpandBatchAsync(
            new BatchExpansion
            {
                BatchId = id,
                LinesBefore = 0,
                LinesAfter = 2,
                NextPart = 1,
                NextOffset = 0,
                IsLast = true,
                Jobs = [new BatchJob(1, Painting('1', id: DerivedId.FromBatchLine(id, 1))), new BatchJob(2, Samples.Job(DerivedId.FromBatchLine(id, 2)))],
                At = Now,
            },
            default);

        var used = await Store.FindInputsInUseAsync("acme", default);
        Assert.False(used.HasUnreadLines);
        Assert.Equal([Digest('1')], used.Sha256.Order(StringComparer.Ordinal));
    }

    private static string Digest(char digit) => new(digit, 64);

    private static NewJob Painting(char init, char? mask = null, char? depthMap = null, string tenant = "acme", Guid? id = null)
    {
        var job = Samples.Job(id, tenant: tenant);
        var task = new PictureTask
        {
            Kind = mask is null ? JobTask.DepthToImage : JobTask.Inpaint,
            InitImage = Digest(init),
            Mask = mask is { } m ? Digest(m) : null,
            DepthMap = depthMap is { } d ? Digest(d) : null,
            MaskBlending = mask is null ? null : MaskBlending.Soft,
        };
        var resolved = job.Job with { Recipe = job.Job.Recipe with { Task = task } };
        return job with { Job = resolved, Digest = JobDigest.Of(resolved) };
    }
}

public sealed class EmbeddedInputsInUseTests() : InputsInUseTests(JobStoreKind.Embedded);

public sealed class PostgresInputsInUseTests() : InputsInUseTests(JobStoreKind.Postgres);
