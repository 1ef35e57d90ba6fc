using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace SdFleet.Coordinator.Tests;

public sealed class CoordinatorHostTests
{
    [Fact]
    public async Task Build_Started_IsHealthy()
    {
        await using var app = CoordinatorHost.Build(["--urls", "http://127.0.0.1:0"]);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(address + "/healthz"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
