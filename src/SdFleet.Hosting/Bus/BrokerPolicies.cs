using System.Text.Json.Nodes;
using SdFleet.Contracts;

namespace SdFleet.Hosting.Bus;

/// <summary>The fleet's policies. Without them everything works; what they add is where messages go that nobody can end.</summary>
public static class BrokerPolicies
{
    /// <summary>
    /// The last fence against a message that comes back for ever. Far above what happens in a fleet's life: a worker hands a
    /// message that was delivered before back at once, and the coordinator counts.
    /// </summary>
    private const int DeliveryLimit = 20;

    /// <summary>The policies for a broker of this version.</summary>
    /// <param name="majorVersion">RabbitMQ's major version.</param>
    public static IReadOnlyList<BrokerPolicy> For(int majorVersion)
    {
        // Not dropped on the way: at least once needs a queue that refuses rather than drops.
        var dead = new BrokerPolicy("sdfleet-dead-letters", @"^sdfleet\.(submit|batches|events|work\..*)$", "queues", new JsonObject
        {
            ["dead-letter-exchange"] = Topology.DeadQueue,
            ["dead-letter-strategy"] = "at-least-once",
            ["overflow"] = "reject-publish",
            ["delivery-limit"] = DeliveryLimit,
        });
        var unrouted = new BrokerPolicy("sdfleet-unrouted", @"^sdfleet\.submit$", "exchanges", new JsonObject
        {
            ["alternate-exchange"] = Topology.UnroutedQueue,
        });

        // Looking at a queue puts its messages back, and 4.0 counts that and drops at twenty; before, there was no limit to lift.
        return majorVersion < 4
            ? [dead, unrouted]
            : [dead, unrouted, new BrokerPolicy("sdfleet-kept", @"^sdfleet\.(rejected|dead|unrouted)$", "queues", new JsonObject { ["delivery-limit"] = -1 })];
    }

    /// <summary>Sets them.</summary>
    /// <param name="management">The management API.</param>
    /// <param name="broker">The broker, for user, password and virtual host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HttpRequestException">It refused, or cannot be reached.</exception>
    public static async Task ApplyAsync(Uri management, Uri broker, CancellationToken cancellationToken)
    {
        using var client = new BrokerManagement(management, broker);
        var (version, _) = await client.AskVersionAsync(cancellationToken).ConfigureAwait(false);
        foreach (var policy in For(version.Major))
        {
            await client.SetPolicyAsync(policy, cancellationToken).ConfigureAwait(false);
        }
    }
}
