using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SdFleet.Api.Tests.Health;

public sealed class ApiHostTests
{
    [Fact]
    public async Task Build_InMemoryTransport_DoesNotStart()
    {
        await using var app = ApiHost.Build(["--urls", "http://127.0.0.1:0"]);
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());

        Assert.Contains("SdFleet:Transport:Kind is InMemory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_Started_ChecksWhatItStandsOn()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-api-").FullName;
        try
        {
            await using var app = ApiHost.Build([
                "--urls", "http://127.0.0.1:0",
                "--SdFleet:JobStore:Path", Path.Combine(folder, "jobs.db"),
                "--SdFleet:Artifacts:Path", Path.Combine(folder, "artifacts"),
                "--SdFleet:Transport:Kind", "RabbitMq",
                "--SdFleet:Transport:Uri", "amqp://guest:guest@127.0.0.1:1",
            ]);
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

            using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
            using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));

            // Alive without a broker, but not ready.
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (live.StatusCode, ready.StatusCode));
            var checks = (await ready.Content.ReadFromJsonAsync<JsonObject>())!["checks"]!.AsObject();
            Assert.Equal(
                ["artifacts Healthy", "job-store Healthy", "masstransit-bus Unhealthy"],
                checks.Select(c => $"{c.Key} {c.Value!["status"]}").Order(StringComparer.Ordinal));
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
