using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SdFleet.Cli.Client;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>Takes the parts of batches, as a fleet's API does, counts the requests, and cuts connections on demand.</summary>
internal sealed class PartServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PartServer(WebApplication app) => _app = app;

    /// <summary>Parts by number: their bytes and digest. The bytes themselves are dropped.</summary>
    public ConcurrentDictionary<int, (long Bytes, string Sha256)> Parts { get; } = new();

    /// <summary>Numbers of the parts in the order of their uploads, those that were cut off included.</summary>
    public ConcurrentQueue<int> Uploads { get; } = new();

    /// <summary>What was posted in the end.</summary>
    public ConcurrentQueue<string> Submissions { get; } = new();

    /// <summary>Which uploads are cut off in the middle, by their place from 0.</summary>
    public Func<int, bool> IsCutOff { get; set; } = _ => false;

    public static async Task<PartServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new PartServer(app);
        app.MapGet("/v1/batches/{id:guid}/parts", () => Results.Json(new { parts = server.Parts.Select(p => new { number = p.Key, bytes = p.Value.Bytes, sha256 = p.Value.Sha256 }) }));
        app.MapPut("/v1/batches/{id:guid}/parts/{number:int}", server.PutAsync);
        app.MapPost("/v1/batches", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            server.Submissions.Enqueue(await reader.ReadToEndAsync());
            return Results.Json(new { id = Guid.NewGuid(), url = "/" }, statusCode: StatusCodes.Status202Accepted);
        });
        await app.StartAsync();
        return server;
    }

    public FleetClient Connect() => new(new Uri(_app.Urls.First()), apiKey: null, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<IResult> PutAsync(int number, HttpContext context)
    {
        var place = Uploads.Count;
        Uploads.Enqueue(number);
        if (IsCutOff(place))
        {
            await context.Request.Body.ReadAtLeastAsync(new byte[10], 10);
            context.Abort();
            return Results.Empty;
        }

        using var hash = SHA256.Create();
        var digest = Convert.ToHexStringLower(await hash.ComputeHashAsync(context.Request.Body));
        Parts[number] = (context.Request.ContentLength!.Value, digest);
        return Results.Json(new { number }, statusCode: StatusCodes.Status201Created);
    }
}
