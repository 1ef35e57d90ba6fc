using System.Net;
using System.Net.Sockets;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Chaos.Fleet;

/// <summary>Ports of the loopback address for processes that come back to the same one after a restart.</summary>
internal static class FreePorts
{
    // Below the range from which the kernel takes ports for outgoing connections, which could take one in between.
    private const int First = 10_000;
    private const int End = 32_768;
    private const int Tries = 1000;

    /// <summary>So many different ports that nothing listens on.</summary>
    public static IReadOnlyList<int> Take(int count)
    {
        var ports = new HashSet<int>();
        for (var i = 0; i < Tries && ports.Count < count; i++)
        {
            var port = System.Random.Shared.Next(First, End);
            if (!ports.Contains(port) && IsFree(port))
            {
                ports.Add(port);
            }
        }

        return ports.Count == count ? [.. ports] : throw new CliException($"no {count} free ports were found between {First} and {End}.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
