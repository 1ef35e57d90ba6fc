using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace SdFleet.Api.Tests.Health;

public sealed class ApiHostTests
{
    [Fact]
    public async Task Build_Started_IsReadyAndChecksWhatItStandsOn()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-api-").FullName;
        try
        {
            await using var app = ApiHost.Build([
                "--urls", "http://127.0.0.1:0",
                "--SdFleet:JobStore:Path", Path.Combine(folder, "jobs.db"),
                "--SdFleet:Artifacts:Path", Path.Combine(folder, "artifacts"),
            ]);
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

            using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
            using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (live.StatusCode, ready.StatusCode));
            var checks = (await ready.Content.ReadFromJsonAsync<JsonObject>())!["checks"]!.AsObject();
            Assert.Equal(["artifacts", "job-store", "masstransit-bus"], checks.Select(c => c.Key).Order(StringComparer.Ordinal));
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
