using System.Text.Json.Nodes;

namespace SdFleet.Hosting.Bus;

/// <summary>A policy on the broker. Arguments of a queue can never be changed, a policy can.</summary>
/// <param name="Name">Its name in the virtual host.</param>
/// <param name="Pattern">Regular expression over names.</param>
/// <param name="AppliesTo"><c>queues</c> or <c>exchanges</c>.</param>
/// <param name="Definition">What it sets.</param>
public sealed record BrokerPolicy(string Name, string Pattern, string AppliesTo, JsonObject Definition);
