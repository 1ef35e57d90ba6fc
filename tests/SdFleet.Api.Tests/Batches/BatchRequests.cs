using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Batches;

/// <summary>What a client sends of a batch, and what the coordinator makes of it.</summary>
internal static class BatchRequests
{
    public const string Source = "{\"prompt\":\"one\"}\n{\"prompt\":\"two\"}\n";

    public static BatchPart PartOf(string source) =>
        new(source.Count(c => c == '\n'), Encoding.UTF8.GetByteCount(source), Sha256Of(source));

    public static async Task<HttpResponseMessage> PutPartAsync(
        this HttpClient client, Guid id, int number, string source, string type = "application/jsonl", string? digestOf = null)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(source));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (digestOf is not null)
        {
            content.Headers.Add("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(digestOf)))}:");
        }

        return await client.PutAsync(new Uri($"/v1/batches/{id}/parts/{number}", UriKind.Relative), content);
    }

    public static Task<HttpResponseMessage> SubmitBatchAsync(this HttpClient client, object batch) =>
        client.PostAsJsonAsync("/v1/batches", batch, ContractsJson.Options);

    /// <summary>Uploads and submits a batch of one part.</summary>
    public static async Task<HttpResponseMessage> UploadAndSubmitAsync(this HttpClient client, Guid id, string name = "test", string source = Source)
    {
        using var put = await client.PutPartAsync(id, 0, source);
        put.EnsureSuccessStatusCode();
        return await client.SubmitBatchAsync(new { id, name, parts = new[] { PartOf(source) } });
    }

    /// <summary>A batch in the job store whose first lines are expanded, the last of them a bad one.</summary>
    public static async Task AdmitBatchAsync(
        this ApiServer api, Guid id, string tenant = "default", int lines = 10, int expanded = 4, PictureTask? task = null)
    {
        var batch = new SubmitBatch { Id = id, Tenant = tenant, Name = "stored", Parts = [new BatchPart(lines, 100, new string('0', 64))], SubmittedAt = StoredJob.Day };
        await api.Jobs.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = StoredJob.Day }, default);
        var outcome = await api.Jobs.ExpandBatchAsync(
            new BatchExpansion
            {
                BatchId = id,
                LinesBefore = 0,
                LinesAfter = expanded,
                NextPart = 0,
                NextOffset = 50,
                Jobs = [.. Enumerable.Range(1, expanded - 1).Select(line => new BatchJob(line, Job(id, line, tenant, task)))],
                Problems = [new BatchProblem(expanded, [new("prompt", null, "text")])],
                At = StoredJob.Day,
            },
            default);
        Assert.True(outcome.Applied);
    }

    private static NewJob Job(Guid batch, int line, string tenant, PictureTask? task)
    {
        var job = StoredJob.Job(DerivedId.FromBatchLine(batch, line), tenant, lane: Lane.Bulk);
        job = job with { Recipe = job.Recipe with { Task = task } };
        return new NewJob { Job = job, ArtifactFolder = ArtifactName.BatchFolder(batch, line), Digest = JobDigest.Of(job), AdmittedAt = StoredJob.Day };
    }

    private static string Sha256Of(string source) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
}
