namespace SdFleet.Cli.Chaos.Servers;

/// <summary>What is open in a virtual host, and what waits there.</summary>
/// <param name="Connections">Open connections.</param>
/// <param name="Channels">Open channels, of all connections.</param>
/// <param name="Consumers">Consumers, of all queues.</param>
/// <param name="Queues">Queues.</param>
/// <param name="Messages">Messages in all queues, those in consumers' hands included; but not the rejected ones, which stay until an operator takes them.</param>
internal sealed record HostUsage(int Connections, int Channels, int Consumers, int Queues, long Messages);
