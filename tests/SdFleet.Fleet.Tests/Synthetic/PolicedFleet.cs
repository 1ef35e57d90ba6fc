using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>A fleet without workers that sets its policies on the broker and knows one publisher, who may submit for one tenant.</summary>
public sealed class PolicedFleet : IAsyncLifetime
{
    public const string Tenant = "acme";

    private SyntheticFleet? _fleet;

    internal SyntheticFleet Fleet => _fleet!;

    /// <summary>The publisher, who is also the test's own user of the broker.</summary>
    public string User { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var server = await RabbitMqServer.GetAsync();
        User = Uri.UnescapeDataString(server.Uri.UserInfo.Split(':')[0]);
        _fleet = await SyntheticFleet.StartAsync(
            server,
            ("SdFleet__Leases__ReleaseLease", "00:10:00"),
            ("SdFleet__Transport__Management", server.Management.Address.ToString()),
            ($"SdFleet__Publishers__Users__{User}__Tenants__0", Tenant));

        // A publish while RabbitMQ 3.10 puts policies on the queue has been seen to hang, unconfirmed.
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        foreach (var queue in new[] { Topology.SubmitQueue, Topology.WorkQueue("shapes", Lane.Bulk) })
        {
            while ((string?)(await _fleet.Broker.GetQueueAsync(queue))?["policy"] is null)
            {
                await Task.Delay(200, deadline.Token);
            }
        }
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();
}
