using System.Net;
using System.Net.Sockets;

namespace SdFleet.TestServers;

/// <summary>Loopback ports for processes that must be told their port. What can bind port 0 should do that instead.</summary>
public static class FreePort
{
    // Below the range from which the kernel takes ports for outgoing connections: one of those could be taken
    // again between this answer and the moment the process binds it. infra/dev chooses from the same range.
    private const int First = 10_000;
    private const int End = 32_768;

    private static readonly HashSet<int> Given = [];

    /// <summary>A port that nothing listens on and that this process was not given before.</summary>
    public static int Next()
    {
        lock (Given)
        {
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                var port = Random.Shared.Next(First, End);
                if (!Given.Contains(port) && CanBind(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }

        throw new TestServerException($"No free port was found between {First} and {End}.");
    }

    private static bool CanBind(int port)
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
