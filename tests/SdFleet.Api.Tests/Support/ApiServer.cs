using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Health;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Tests.Support;

/// <summary>The API in this process: real Kestrel on a free port, in-memory bus, embedded stores in a folder of its own.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    public const string AcmeKey = "key-of-acme-0123456789";
    public const string GlobexKey = "key-of-globex-0123456789";
    public const string OperatorKey = "key-of-operations-0123456789";

    private readonly WebApplication _app;
    private readonly string _folder;

    private ApiServer(WebApplication app, string folder, SubmitRoom submissions, LogSink logs)
    {
        _app = app;
        _folder = folder;
        Submissions = submissions;
        Logs = logs;
        Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a))];
        Client = ClientFor(key: null);
    }

    public string Folder => _folder;

    public IReadOnlyList<Uri> Addresses { get; }

    public HttpClient Client { get; }

    public SubmitRoom Submissions { get; }

    public LogSink Logs { get; }

    public IServiceProvider Services => _app.Services;

    public IJobStore Jobs => Services.GetRequiredService<IJobStore>();

    public IArtifactStore Artifacts => Services.GetRequiredService<IArtifactStore>();

    /// <summary>Settings that give two tenants a key each.</summary>
    public static Dictionary<string, string?> TwoKeys { get; } = new()
    {
        ["SdFleet:ApiKeys:Keys:one:Sha256"] = HashOf(AcmeKey),
        ["SdFleet:ApiKeys:Keys:one:Tenant"] = "acme",
        ["SdFleet:ApiKeys:Keys:two:Sha256"] = HashOf(GlobexKey),
        ["SdFleet:ApiKeys:Keys:two:Tenant"] = "globex",
    };

    /// <summary>The same, and a key of an operator.</summary>
    public static Dictionary<string, string?> KeysAndOperator { get; } = new(TwoKeys)
    {
        ["SdFleet:ApiKeys:Keys:three:Sha256"] = HashOf(OperatorKey),
        ["SdFleet:ApiKeys:Keys:three:Tenant"] = "operations",
        ["SdFleet:ApiKeys:Keys:three:Operator"] = "true",
    };

    public static async Task<ApiServer> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? before = null,
        Action<IServiceCollection>? after = null,
        Action<WebApplication>? map = null,
        bool withCoordinator = true)
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-api-").FullName;
        var submissions = new SubmitRoom();
        var logs = new LogSink();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ContentRootPath = folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SdFleet:JobStore:Path"] = Path.Combine(folder, "jobs.db"),
            ["SdFleet:Artifacts:Path"] = Path.Combine(folder, "artifacts"),
            ["SdFleet:Models:0:Name"] = "shapes",
            ["SdFleet:Models:0:DefaultWidth"] = "128",
            ["SdFleet:Models:0:DefaultHeight"] = "128",
            ["SdFleet:Models:0:DefaultSteps"] = "20",
            ["SdFleet:Models:0:Sizes:0:Width"] = "128",
            ["SdFleet:Models:0:Sizes:0:Height"] = "128",
            ["SdFleet:Models:0:MaxSteps"] = "50",
            ["SdFleet:Models:0:MaxImages"] = "4",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders().AddProvider(logs);
        before?.Invoke(builder);
        builder.Services.AddSingleton(ModelCatalog.Read(builder.Configuration));
        builder.Services.AddJobStore(builder.Configuration.GetSection(JobStoreOptions.SectionName));
        builder.Services.AddArtifactStore(builder.Configuration.GetSection(ArtifactStoreOptions.SectionName));
        builder.Services.AddSdFleetApi(builder.Configuration);
        builder.Services.AddFleetBus(builder.Configuration, withCoordinator ? [submissions] : []);
        after?.Invoke(builder.Services);

        var app = builder.Build();
        app.MapSdFleetApi();
        app.MapFleetHealth();
        map?.Invoke(app);
        try
        {
            await app.StartAsync();
            return new ApiServer(app, folder, submissions, logs);
        }
        catch
        {
            await app.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public HttpClient ClientFor(string? key)
    {
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        var client = new HttpClient(handler) { BaseAddress = Addresses[0], Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public Task<HttpResponseMessage> SubmitAsync(string body, string? idempotencyKey = null, HttpClient? client = null) =>
        SubmitAsync(Encoding.UTF8.GetBytes(body), idempotencyKey, client);

    public async Task<HttpResponseMessage> SubmitAsync(byte[] body, string? idempotencyKey = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        return await (client ?? Client).SendAsync(request);
    }

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
