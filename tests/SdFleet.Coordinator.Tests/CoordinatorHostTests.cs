using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace SdFleet.Coordinator.Tests;

public sealed class CoordinatorHostTests
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Build_Started_IsHealthy(string path)
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-coordinator-").FullName;
        await using (var app = CoordinatorHost.Build(
            ["--urls", "http://127.0.0.1:0", "--SdFleet:JobStore:Path", Path.Combine(folder, "jobs.db"), "--SdFleet:Artifacts:Path", Path.Combine(folder, "images")]))
        {
            await app.StartAsync();
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

            using var client = new HttpClient();
            using var response = await client.GetAsync(new Uri(address + path));

            Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        }

        Directory.Delete(folder, recursive: true);
    }
}
