using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SdFleet.Cli.Client;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>Answers for a batch as a fleet's API does, counts the requests for jobs, and cuts answers off on demand.</summary>
internal sealed class DatasetServer : IAsyncDisposable
{
    public const string Body = "All that there is to be read.";

    private readonly WebApplication _app;
    private int _jobRequests;

    private DatasetServer(WebApplication app) => _app = app;

    /// <summary>Its jobs by id.</summary>
    public Dictionary<Guid, JobView> Jobs { get; } = [];

    /// <summary>How often it was asked for a job.</summary>
    public int JobRequests => _jobRequests;

    /// <summary>How many of the next answers that are <see cref="Body"/> end early.</summary>
    public int CutOff { get; set; }

    public static async Task<DatasetServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new DatasetServer(app);
        app.MapGet("/v1/batches/{id:guid}/problems", () => Results.Json(new { problems = Array.Empty<object>() }));
        app.MapGet("/v1/batches/{id:guid}/manifest", server.WriteBodyAsync);
        app.MapGet("/v1/jobs/{id:guid}", (Guid id) =>
        {
            Interlocked.Increment(ref server._jobRequests);
            return server.Jobs.TryGetValue(id, out var job) ? Results.Json(job, ContractsJson.Options) : Results.NotFound();
        });
        app.MapGet("/v1/jobs/{id:guid}/images/{index:int}", server.WriteBodyAsync);
        await app.StartAsync();
        return server;
    }

    public FleetClient Connect() => new(new Uri(_app.Urls.First()), apiKey: null, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task WriteBodyAsync(HttpContext context)
    {
        if (CutOff > 0)
        {
            CutOff--;
            context.Response.ContentLength = Body.Length;

            // Less than announced: the server closes the connection behind it. To abort it might take these bytes away as well.
            await context.Response.WriteAsync(Body[..10]);
            return;
        }

        await context.Response.WriteAsync(Body);
    }
}
