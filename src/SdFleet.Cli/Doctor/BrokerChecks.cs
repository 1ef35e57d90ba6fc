using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Doctor;

/// <summary>The broker: whether it is there, and is what the fleet makes of it.</summary>
internal sealed class BrokerChecks(TransportOptions transport, ModelCatalog? models, DoctorOptions options, TimeProvider time)
{
    private const int OldestVersion = 4;
    private const string Quorum = "quorum";

    public async IAsyncEnumerable<Finding> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (transport.Kind != TransportKind.RabbitMq)
        {
            yield return new Finding("broker", FindingState.Skipped, "messages stay in memory: there is no broker");
            yield break;
        }

        var broker = transport.Uri!;
        BrokerProbe? probe = null;
        var connected = await Checks.TryAsync("broker", options.Patience, async token =>
        {
            probe = await BrokerProbe.ConnectAsync(broker, options.Patience, token);
            return Connected(probe, broker);
        }, cancellationToken);
        yield return connected;
        if (probe is null)
        {
            yield break;
        }

        await using var connection = probe;
        yield return options.Writes
            ? await Checks.TryAsync("permissions", options.Patience, token => PermissionsAsync(connection, broker, token), cancellationToken)
            : new Finding("permissions", FindingState.Skipped, "not tried (--no-writes)");
        yield return await Checks.TryAsync("topology", options.Patience, token => TopologyAsync(connection, token), cancellationToken);
        yield return await Checks.TryAsync("dead letters", options.Patience, token => LeftOverAsync(connection, token), cancellationToken);
        if (transport.Management is null)
        {
            yield return new Finding(
                "policies", FindingState.Warn, "cannot be looked at: SdFleet:Transport:Management is not configured",
                "Configure it (http://host:15672), so that the coordinator sets them; or set what \"sdfleet policies\" prints.");
            yield break;
        }

        using var management = new BrokerManagement(transport.Management, broker);
        yield return await Checks.TryAsync("policies", options.Patience, token => PoliciesAsync(management, token), cancellationToken);
        yield return await Checks.TryAsync("queue types", options.Patience, token => QueueTypesAsync(management, token), cancellationToken);
        yield return await Checks.TryAsync("clocks", options.Patience, token => ClockAsync(management, token), cancellationToken);
    }

    /// <summary>What is wrong with the policies that a broker has, one line each.</summary>
    public static IEnumerable<string> WrongPolicies(IEnumerable<BrokerPolicy> wanted, IReadOnlyList<BrokerPolicy> found)
    {
        foreach (var policy in wanted)
        {
            var same = found.FirstOrDefault(f => f.Name == policy.Name);
            if (same is null)
            {
                yield return $"{policy.Name} is missing";
            }
            else if (same.Pattern != policy.Pattern || same.AppliesTo != policy.AppliesTo || !JsonNode.DeepEquals(same.Definition, policy.Definition))
            {
                yield return $"{policy.Name} is not this version's";
            }
        }
    }

    private static Finding Connected(BrokerProbe probe, Uri broker)
    {
        var host = BrokerManagement.VirtualHostOf(broker);
        var text = $"{probe.Product} {probe.Version} at {broker.Host}{(broker.Port < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{broker.Port}"))}, virtual host {host}";
        return Version.TryParse(probe.Version.Split('-', '+')[0], out var version) && version.Major < OldestVersion
            ? new Finding("broker", FindingState.Warn, text, $"The fleet is made for RabbitMQ {OldestVersion}: plan an upgrade.")
            : new Finding("broker", FindingState.Ok, text);
    }

    private static async Task<Finding> PermissionsAsync(BrokerProbe probe, Uri broker, CancellationToken cancellationToken)
    {
        var user = Uri.UnescapeDataString(broker.UserInfo.Split(':')[0]);
        try
        {
            await probe.ExchangeMessageAsync(cancellationToken);
            return new Finding("permissions", FindingState.Ok, $"user {user} may configure, write and read");
        }
        catch (BrokerUnavailableException e)
        {
            return new Finding(
                "permissions", FindingState.Fail, e.Message,
                $"rabbitmqctl set_permissions -p {BrokerManagement.VirtualHostOf(broker)} {user} '^(sdfleet|amq).*' '^(sdfleet|amq).*' '^(sdfleet|amq).*'");
        }
    }

    private async Task<Finding> TopologyAsync(BrokerProbe probe, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var queue in Queues())
        {
            if (await probe.CountAsync(queue, cancellationToken) is null)
            {
                missing.Add(queue);
            }
        }

        foreach (var exchange in new[] { Topology.SubmitExchange, Topology.WorkExchange, Topology.EventsExchange })
        {
            if (!await probe.HasExchangeAsync(exchange, cancellationToken))
            {
                missing.Add($"exchange {exchange}");
            }
        }

        return missing.Count == 0
            ? new Finding("topology", FindingState.Ok, $"{Queues().Count()} queues and their exchanges are there")
            : new Finding(
                "topology",
                FindingState.Fail,
                $"missing: {string.Join(", ", missing)}",
                "Start a coordinator with this configuration: it declares them. Work queues are those of the models that it is configured with.");
    }

    private static async Task<Finding> LeftOverAsync(BrokerProbe probe, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var (queue, what) in new[]
        {
            (Topology.DeadQueue, "dead letters, which a coordinator takes within seconds: is one running?"),
            (Topology.UnroutedQueue, "submissions that found no queue, which a coordinator takes within seconds: is one running?"),
            (Topology.RejectedQueue, "rejected submissions: \"sdfleet rejected list\" shows why"),
        })
        {
            if (await probe.CountAsync(queue, cancellationToken) is > 0 and var count)
            {
                left.Add($"{queue} has {count.ToString(CultureInfo.InvariantCulture)} {what}");
            }
        }

        return left.Count == 0
            ? new Finding("dead letters", FindingState.Ok, "none, and nothing rejected or unrouted")
            : new Finding("dead letters", FindingState.Warn, string.Join("; ", left), "Mend what they complain of; then \"sdfleet rejected replay\".");
    }

    private async Task<Finding> PoliciesAsync(BrokerManagement management, CancellationToken cancellationToken)
    {
        try
        {
            var (version, _) = await management.AskVersionAsync(cancellationToken);
            var wanted = BrokerPolicies.For(version.Major);
            var wrong = WrongPolicies(wanted, await management.ListPoliciesAsync(cancellationToken)).ToList();
            return wrong.Count == 0
                ? new Finding("policies", FindingState.Ok, string.Join(", ", wanted.Select(p => p.Name)))
                : new Finding("policies", FindingState.Warn, string.Join("; ", wrong), "Start a coordinator of this version, which sets them; or set what \"sdfleet policies\" prints.");
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return new Finding(
                "policies", FindingState.Warn, $"the management API refuses the broker's user ({(int)e.StatusCode})",
                "Give the user a tag: rabbitmqctl set_user_tags USER policymaker (for the coordinator), monitoring (for KEDA).");
        }
        catch (HttpRequestException e)
        {
            return new Finding(
                "policies",
                FindingState.Warn,
                $"{transport.Management} does not answer: {e.GetBaseException().Message}",
                "Correct SdFleet:Transport:Management, and enable the plugin: rabbitmq-plugins enable rabbitmq_management.");
        }
    }

    private async Task<Finding> QueueTypesAsync(BrokerManagement management, CancellationToken cancellationToken)
    {
        try
        {
            var types = await management.ListQueueTypesAsync(cancellationToken);
            var other = Queues().Where(q => types.TryGetValue(q, out var type) && type != Quorum).Select(q => $"{q} is {types[q]}").ToList();
            return other.Count == 0
                ? new Finding("queue types", FindingState.Ok, "all quorum")
                : new Finding(
                    "queue types",
                    FindingState.Fail,
                    string.Join("; ", other),
                    "A queue's type never changes: drain the fleet, delete the queue, and let a coordinator declare it.");
        }
        catch (HttpRequestException e)
        {
            return new Finding("queue types", FindingState.Skipped, $"the management API does not say: {e.Message}");
        }
    }

    private async Task<Finding> ClockAsync(BrokerManagement management, CancellationToken cancellationToken)
    {
        try
        {
            var before = time.GetUtcNow();
            var (_, at) = await management.AskVersionAsync(cancellationToken);
            return at is null
                ? new Finding("clocks", FindingState.Skipped, "the broker does not say what time it is")
                : Clocks.Compare("the broker", at.Value, before, time.GetUtcNow(), resolution: TimeSpan.FromSeconds(1));
        }
        catch (HttpRequestException e)
        {
            return new Finding("clocks", FindingState.Skipped, $"the management API does not say: {e.Message}");
        }
    }

    private IEnumerable<string> Queues() =>
    [
        Topology.SubmitQueue, Topology.BatchQueue, Topology.EventsQueue, Topology.RejectedQueue, Topology.UnroutedQueue, Topology.DeadQueue,
        .. models?.Specs.Keys.Order(StringComparer.Ordinal).SelectMany(model => Enum.GetValues<Lane>().Select(lane => Topology.WorkQueue(model, lane))) ?? [],
    ];
}
