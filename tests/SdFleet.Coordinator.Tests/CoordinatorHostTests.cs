using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Tests;

public sealed class CoordinatorHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-coordinator-").FullName;

    [Fact]
    public async Task Build_BrokerAway_IsAliveAndNotReadyAndTellsNoSecrets()
    {
        await using var app = CoordinatorHost.Build([.. Arguments(), "--SdFleet:Transport:Kind", "RabbitMq", "--SdFleet:Transport:Uri", "amqp://u:hunter2@127.0.0.1:1"]);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new HttpClient { BaseAddress = new Uri(address) };

        using var live = await client.GetAsync("/health/live");
        using var ready = await client.GetAsync("/health/ready");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (live.StatusCode, ready.StatusCode));
        Assert.DoesNotContain("hunter2", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_InMemory_IsRefused()
    {
        await using var app = CoordinatorHost.Build(Arguments());
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Contains("SdFleet:Transport:Kind", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_WrongWeights_SaysAllThatIsWrong()
    {
        await using var app = CoordinatorHost.Build(
        [
            .. Arguments(), "--SdFleet:Transport:Kind", "RabbitMq", "--SdFleet:Transport:Uri", "amqp://u:p@127.0.0.1:1", "--SdFleet:Release:MinWindow", "0",
            "--SdFleet:Release:TenantWeights:acme", "0", "--SdFleet:Release:TenantWeights:globex", "0.5", "--SdFleet:Release:TenantWeights:Initech", "2000",
        ]);

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());

        Assert.Equal(
            [
                "SdFleet:Release:MinWindow is 0: 1 to 100000",
                "SdFleet:Release:TenantWeights:Initech is 2000: 0.01 to 1000",
                "SdFleet:Release:TenantWeights:Initech names no tenant: 1 to 64 characters of a-z, 0-9, '-', '_' and '.'",
                "SdFleet:Release:TenantWeights:acme is 0: 0.01 to 1000",
            ],
            error.Failures.Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Arguments() =>
        ["--urls", "http://127.0.0.1:0", "--SdFleet:JobStore:Path", Path.Combine(_folder, "jobs.db"), "--SdFleet:Artifacts:Path", Path.Combine(_folder, "images")];
}
