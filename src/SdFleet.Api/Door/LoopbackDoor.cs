using System.Net;
using Microsoft.AspNetCore.Connections;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;

namespace SdFleet.Api.Door;

/// <summary>
/// Where no API keys are configured, everybody who reaches the API may use it; so only this machine reaches it, whatever
/// the addresses in the configuration say.
/// </summary>
internal sealed class LoopbackDoor(
    ApiKeyRequirement keys,
    IEnumerable<IConnectionListenerFactory> transports,
    IEnumerable<IMultiplexedConnectionListenerFactory> multiplexedTransports,
    ILogger<LoopbackDoor> log)
{
    private const string HowToOpen =
        "To let others in, configure SdFleet:ApiKeys:Keys:NAME:Sha256 and SdFleet:ApiKeys:Keys:NAME:Tenant (sdfleet keys create makes a key).";

    /// <summary>Checks before the server starts that nothing goes around the door, and says that it is closed.</summary>
    public void Close(IApplicationBuilder app)
    {
        if (keys.IsRequired)
        {
            return;
        }

        // Addresses are narrowed where sockets are opened: that holds for urls, Kestrel:Endpoints, code and reloads alike.
        if (transports.FirstOrDefault(t => t is not LoopbackTransport) is { } around)
        {
            throw NotBehindDoor(around.GetType());
        }

        if (multiplexedTransports.FirstOrDefault(t => t is not LoopbackMultiplexedTransport) is { } multiplexed)
        {
            throw NotBehindDoor(multiplexed.GetType());
        }

        log.LogWarning(
            "No API keys are configured: the API listens on loopback only, and everybody on this machine is tenant {Tenant}. {HowToOpen}",
            RecipeResolver.DefaultTenant,
            HowToOpen);
    }

    /// <summary>Refuses requests that name another host: a page in this machine's browser could otherwise point its own name here and read the answers.</summary>
    public void UseOn(IApplicationBuilder app)
    {
        if (keys.IsRequired)
        {
            return;
        }

        app.Use((context, next) => IsThisMachine(context.Request.Host.Host)
            ? next(context)
            : Problem.Of(StatusCodes.Status403Forbidden, $"Without API keys this server answers as localhost only. {HowToOpen}").ExecuteAsync(context));
    }

    /// <summary>The endpoint to open instead of <paramref name="endpoint"/>.</summary>
    public EndPoint Narrow(EndPoint endpoint)
    {
        if (keys.IsRequired)
        {
            return endpoint;
        }

        switch (endpoint)
        {
            case IPEndPoint ip when !IPAddress.IsLoopback(ip.Address):
                var narrowed = new IPEndPoint(IPAddress.Loopback, ip.Port);
                log.LogWarning("Listening on {Narrowed} instead of {Configured}, as no API keys are configured. {HowToOpen}", narrowed, ip, HowToOpen);
                return narrowed;
            case FileHandleEndPoint:
                throw new InvalidOperationException(
                    $"A socket that was opened by somebody else may be reachable from elsewhere; the API does not use it without API keys. {HowToOpen}");
            default:
                return endpoint;
        }
    }

    private static bool IsThisMachine(string host) =>
        host.Length == 0 ||
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ||
        host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ||
        (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static InvalidOperationException NotBehindDoor(Type transport) =>
        new($"{transport.Name} was added after AddSdFleetApi, which would open the API beyond this machine; add it before.");
}
