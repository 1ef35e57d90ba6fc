using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SdFleet.Storage.Tests;

/// <summary>What goes over the wire: a blob service may be far away, and not every fault of a request shows in its answer.</summary>
public sealed class AzureBlobRequestTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400_000)]
    [InlineData(5_000_000)]
    public async Task Put_AnyLength_IsOneRequestThatIsWholeInItself(int length)
    {
        var requests = new ConcurrentQueue<(string Query, IHeaderDictionary Headers, byte[] Body)>();
        await using var service = Service(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            requests.Enqueue((context.Request.QueryString.Value!, new HeaderDictionary(context.Request.Headers.ToDictionary()), body.ToArray()));
            context.Response.StatusCode = StatusCodes.Status201Created;
        });
        await service.StartAsync();
        var store = Store(service);
        var content = new byte[length];
        new Random(1).NextBytes(content);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));

        Assert.True((await store.PutAsync("a/x.png", content, "image/png", sha256, null, default)).Created);

        // Blocks and their commit would be more than one: writers of one name could commit each other's blocks.
        var (query, headers, body) = Assert.Single(requests);
        Assert.Equal("?sig=none", query);
        Assert.Equal(content, body);
        Assert.Equal("*", headers.IfNoneMatch);
        Assert.Equal(sha256, headers["x-ms-meta-sha256"]);
#pragma warning disable CA5351 // MD5 is what the service checks for damage on the way; it protects nothing.
        Assert.Equal(Convert.ToBase64String(MD5.HashData(content)), headers.ContentMD5.ToString() is { Length: > 0 } md5 ? md5 : headers["x-ms-blob-content-md5"]);
#pragma warning restore CA5351
    }

    [Theory]
    [InlineData("LeaseIdMissing", 1)] // somebody has a lease on the blob: asking again changes nothing
    [InlineData("ConditionNotMet", 5)] // somebody else changed it: looked at again, but not for ever
    public async Task Renew_Refused_IsRepeatedAFewTimesOnlyWhereTheBlobChanged(string code, int expected)
    {
        var changes = 0;
        await using var service = Service(context =>
        {
            if (HttpMethods.IsPut(context.Request.Method))
            {
                Interlocked.Increment(ref changes);
                context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
                context.Response.Headers["x-ms-error-code"] = code;
            }

            return Task.CompletedTask;
        });
        await service.StartAsync();

        var error = await Assert.ThrowsAsync<ArtifactStoreException>(
            () => Store(service).RenewAsync("a/x.png", DateTimeOffset.MaxValue, default).WaitAsync(TimeSpan.FromMinutes(1)));

        Assert.Contains(code, error.Message, StringComparison.Ordinal);
        Assert.Equal(expected, changes);
    }

    private static IArtifactStore Store(WebApplication service) => ArtifactStores.Open(new ArtifactStoreOptions
    {
        Kind = ArtifactStoreKind.AzureBlob,
        ServiceUri = $"{service.Urls.Single()}/account?sig=none",
        Container = "sdfleet",
    });

    private static WebApplication Service(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Logging.ClearProviders();
        var service = builder.Build();
        service.Urls.Add("http://127.0.0.1:0");
        service.Run(context =>
        {
            context.Response.Headers.ETag = "\"0x1\"";
            context.Response.Headers.LastModified = "Sat, 31 Jan 2026 12:00:00 GMT";
            return answer(context);
        });
        return service;
    }
}
