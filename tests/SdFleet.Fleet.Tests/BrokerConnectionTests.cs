using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests;

/// <summary>What becomes of a publication when the connection to a real broker is lost under it.</summary>
public sealed class BrokerConnectionTests : IAsyncLifetime
{
    private const string Model = "shapes";

    private static readonly string Queue = Topology.WorkQueue(Model, Lane.Normal);

    private RabbitMqVirtualHost _broker = null!;
    private TcpRelay _relay = null!;
    private IHost _host = null!;

    private FleetPublisher Publisher => _host.Services.GetRequiredService<FleetPublisher>();

    public async Task InitializeAsync()
    {
        _broker = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        _relay = TcpRelay.Start(_broker.Uri.Host, _broker.Uri.Port);
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SdFleet:Transport:Kind"] = "RabbitMq",
            ["SdFleet:Transport:Uri"] = new UriBuilder(_broker.Uri) { Host = "127.0.0.1", Port = _relay.Port }.Uri.ToString(),
            ["SdFleet:Models:0:Name"] = Model,
        });
        builder.Services.AddSingleton(ModelCatalog.Read(builder.Configuration));
        builder.Services.AddFleetBus(builder.Configuration);
        builder.Services.AddWorkTopology();
        _host = builder.Build();
        await _host.StartAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await _broker.GetQueueNamesAsync()).Contains(Queue))
        {
            await Task.Delay(100, deadline.Token);
        }

        // The exchange, its bindings and the connection are there when a test begins.
        await UntilReleasedAsync(Work());
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _relay.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Release_ConnectionLostBeforeTheConfirmation_IsNotPublishedAgain()
    {
        var work = Work();
        _relay.LosesAnswers = true;
        var released = ReleaseAsync(work);
        var taken = new List<Guid>();
        await UntilAsync(async () =>
        {
            taken.AddRange(await TakeAsync());
            return taken.Contains(work.JobId);
        });

        _relay.Cut();
        _relay.LosesAnswers = false;

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => released);
        taken.AddRange(await TakeAsync());
        Assert.Single(taken, id => id == work.JobId);
    }

    [Fact]
    public async Task Publish_WhileTheBrokerIsAway_GoesOutSoonAfterItIsBack()
    {
        _relay.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var report = ReportAsync();

        // Long enough for pauses that grow to have grown to about as much.
        await Task.Delay(TimeSpan.FromSeconds(15));
        Assert.False(report.IsCompleted);
        _relay.Open();

        // Twelve seconds, of which those do not count for which this machine stood still.
        var tenths = 0;
        for (; !report.IsCompleted; tenths++)
        {
            await Task.Delay(100);
        }

        await report;
        Assert.InRange(tenths, 0, 120);

        // As the outbox does: what is lost with the connection is sent again.
        async Task ReportAsync()
        {
            while (true)
            {
                try
                {
                    await Publisher.ReportAsync(
                        new JobProgress { JobId = Guid.NewGuid(), Attempt = 1, WorkerId = "w", Step = 1, Steps = 2, At = DateTimeOffset.UnixEpoch }, deadline.Token);
                    return;
                }
                catch (BrokerUnavailableException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
                }
            }
        }
    }

    // Its model may have no workers, who would declare it.
    [Fact]
    public async Task WorkQueue_ThatSomebodyDeletes_IsThereAgainAlsoAfterTheConnectionWasLost()
    {
        for (var i = 0; i < 2; i++)
        {
            await (await RabbitMqServer.GetAsync()).Management.DeleteAsync($"queues/{_broker.Name}/{Queue}");
            await UntilAsync(async () => (await _broker.GetQueueNamesAsync()).Contains(Queue));
            await UntilReleasedAsync(Work());
            _relay.Cut();
        }
    }

    private static GenerateImages Work() => new()
    {
        JobId = Guid.NewGuid(),
        Attempt = 1,
        Tenant = "t",
        Lane = Lane.Normal,
        Images = 1,
        ArtifactFolder = "2026-01-31",
        SubmittedAt = DateTimeOffset.UnixEpoch,
        ReleasedAt = DateTimeOffset.UnixEpoch,
        Recipe = new Recipe { Model = Model, Prompt = "p", Width = 128, Height = 128, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1 },
    };

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            await Task.Delay(100, deadline.Token);
        }
    }

    private async Task<IEnumerable<Guid>> TakeAsync() =>
        (await _broker.TakeAsync(Queue)).Select(m => JsonSerializer.Deserialize<GenerateImages>((string)m["payload"]!, ContractsJson.Options)!.JobId);

    private async Task ReleaseAsync(GenerateImages work)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await Publisher.ReleaseAsync(work, TimeSpan.FromMinutes(10), deadline.Token);
    }

    // The bus may connect a little after the queue is there.
    private Task UntilReleasedAsync(GenerateImages work) => UntilAsync(async () =>
    {
        try
        {
            await ReleaseAsync(work);
            return true;
        }
        catch (BrokerUnavailableException)
        {
            return false;
        }
    });
}
