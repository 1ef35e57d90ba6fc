using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using SdFleet.Hosting.Webhooks;

namespace SdFleet.Coordinator.Webhooks;

/// <summary>
/// Opens connections to receivers. A name is resolved here, once for a connection; every address of it is checked, and the
/// connection goes to one that was: whoever answers the question for the name cannot answer otherwise the second time.
/// </summary>
/// <param name="options">Whether addresses that are not public are allowed.</param>
internal sealed class WebhookConnector(IOptions<WebhookOptions> options)
{
    /// <summary>Finds a name's addresses; an address stands for itself.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>Connects to a host and port.</summary>
    /// <exception cref="AddressRefusedException">An address of it is not public.</exception>
    /// <exception cref="SocketException">It cannot be resolved or reached.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint receiver, CancellationToken cancellationToken)
    {
        var addresses = await Resolve(receiver.Host, cancellationToken).ConfigureAwait(false);
        if (!options.Value.AllowPrivateAddresses)
        {
            // All of them: a name that has both kinds is a trick, or a mistake.
            foreach (var address in addresses)
            {
                if (PublicAddress.WhyNot(address) is { } reason)
                {
                    // Not which: whoever gave the URL reads this, and need not learn the addresses of this network's names.
                    throw new AddressRefusedException($"{receiver.Host} has an address that is not public: {reason}");
                }
            }
        }

        SocketException? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, receiver.Port), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                failure = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }
}
