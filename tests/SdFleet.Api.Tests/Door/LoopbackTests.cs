using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Api.Tests.Support;

namespace SdFleet.Api.Tests.Door;

public sealed class LoopbackTests
{
    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    [InlineData("http://+:0")]
    [InlineData("http://somewhere.example:0")]
    public async Task Start_NoKeysAndAnOpenUrl_ListensOnLoopbackOnlyAndSaysHowToOpen(string url)
    {
        await using var api = await ApiServer.StartAsync(before: b => b.WebHost.UseUrls(url));

        Assert.Equal("127.0.0.1", Assert.Single(api.Addresses).Host);
        Assert.Contains(api.Logs.Lines, l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("instead of", StringComparison.Ordinal) && l.Contains("SdFleet:ApiKeys:Keys", StringComparison.Ordinal));
        using var response = await api.Client.GetAsync(new Uri("/v1/models", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Start_NoKeysAndHttpPorts_ListensOnLoopbackOnly()
    {
        await using var api = await ApiServer.StartAsync(before: b =>
        {
            b.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
            b.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "0");
        });

        Assert.Equal("127.0.0.1", Assert.Single(api.Addresses).Host);
    }

    [Fact]
    public async Task Start_NoKeysAndKestrelEndpoints_ListensOnLoopbackOnly()
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?> { ["Kestrel:Endpoints:Open:Url"] = "http://0.0.0.0:0" });

        Assert.Equal("127.0.0.1", Assert.Single(api.Addresses).Host);
    }

    [Fact]
    public async Task Start_NoKeysAndListenAnyInCode_ListensOnLoopbackOnly()
    {
        await using var api = await ApiServer.StartAsync(before: b => b.WebHost.ConfigureKestrel(k => k.ListenAnyIP(0)));

        Assert.Equal("127.0.0.1", Assert.Single(api.Addresses).Host);
    }

    [Fact]
    public async Task Start_NoKeys_SaysWhoMayComeIn()
    {
        await using var api = await ApiServer.StartAsync();

        Assert.Contains(api.Logs.Lines, l => l.Contains("No API keys are configured", StringComparison.Ordinal) && l.Contains("tenant default", StringComparison.Ordinal));
        Assert.DoesNotContain(api.Logs.Lines, l => l.Contains("instead of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_ATransportAroundTheDoor_DoesNotStart()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ApiServer.StartAsync(after: services => services.AddSingleton<IConnectionListenerFactory, SocketTransportFactory>()));

        Assert.Contains("AddSdFleetApi", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Keys_ListensWhereItIsTold()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys, before: b => b.WebHost.UseUrls("http://0.0.0.0:0"));

        Assert.Equal("0.0.0.0", Assert.Single(api.Addresses).Host);
        Assert.DoesNotContain(api.Logs.Lines, l => l.Contains("No API keys", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("fleet.localhost:5000", HttpStatusCode.OK)]
    [InlineData("[::1]:5000", HttpStatusCode.OK)]
    [InlineData("rebound.example", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.1", HttpStatusCode.Forbidden)]
    public async Task Request_NoKeysAndAnotherHost_IsRefused(string host, HttpStatusCode expected)
    {
        await using var api = await ApiServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = host;
        using var response = await api.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Request_KeysAreTakenAwayWhileItRuns_NobodyGetsIn()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(ApiServer.TwoKeys));
            await using var api = await ApiServer.StartAsync(before: b => b.Configuration.AddJsonFile(file));
            using var client = api.ClientFor(ApiServer.AcmeKey);
            using var before = await client.GetAsync(new Uri("/v1/models", UriKind.Relative));

            await File.WriteAllTextAsync(file, "{}");
            ((IConfigurationRoot)api.Services.GetRequiredService<IConfiguration>()).Reload();
            using var after = await client.GetAsync(new Uri("/v1/models", UriKind.Relative));
            using var keyless = await api.Client.GetAsync(new Uri("/v1/models", UriKind.Relative));

            Assert.Equal(
                (HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode, keyless.StatusCode));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
