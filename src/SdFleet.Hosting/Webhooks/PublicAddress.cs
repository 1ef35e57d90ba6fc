using System.Net;
using System.Net.Sockets;

namespace SdFleet.Hosting.Webhooks;

/// <summary>
/// Which addresses of the Internet anybody may be asked to call. What lies behind the others is reached by this process and
/// not by whoever gave the URL: its own machine, its network, and a cloud's metadata with the credentials in it.
/// </summary>
public static class PublicAddress
{
    // The registries of special-purpose addresses (RFC 6890 and its successors) and what clouds keep at public-looking ones.
    private static readonly (IPNetwork Network, string Name)[] Special4 =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "this network"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "shared by a carrier's customers"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local, where clouds keep their metadata"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "reserved for protocols"),
        (IPNetwork.Parse("192.0.2.0/24"), "for documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "a relay to IPv6"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("198.18.0.0/15"), "for benchmarks"),
        (IPNetwork.Parse("198.51.100.0/24"), "for documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "for documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
        (IPNetwork.Parse("168.63.129.16/32"), "Azure's own, for the machines in it"),
    ];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    // Of what is global by its first bits.
    private static readonly (IPNetwork Network, string Name)[] Special6 =
    [
        (IPNetwork.Parse("2001::/23"), "reserved for protocols"),
        (IPNetwork.Parse("2001:db8::/32"), "for documentation"),
        (IPNetwork.Parse("2002::/16"), "an IPv4 address within IPv6 (6to4)"),
        (IPNetwork.Parse("3fff::/20"), "for documentation"),
    ];

    // Named for a better answer; everything outside of 2000::/3 is refused anyhow.
    private static readonly (IPNetwork Network, string Name)[] Other6 =
    [
        (IPNetwork.Parse("::/128"), "no address"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("64:ff9b::/96"), "an IPv4 address within IPv6 (NAT64)"),
        (IPNetwork.Parse("64:ff9b:1::/48"), "an IPv4 address within IPv6 (NAT64)"),
        (IPNetwork.Parse("fc00::/7"), "private (unique local)"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    /// <summary>Why an address is not public, in a word or two; null where it is.</summary>
    public static string? WhyNot(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return NameOf(Special4, address);
        }

        // First, as IPNetwork takes a mapped address for the IPv4 address in it, whatever network it is asked about.
        if (address.IsIPv4MappedToIPv6)
        {
            return "an IPv4 address within IPv6 (mapped)";
        }

        // Networks have no zone, which an address may have.
        var plain = new IPAddress(address.GetAddressBytes());
        return Global6.Contains(plain) ? NameOf(Special6, plain) : NameOf(Other6, plain) ?? "not global";
    }

    /// <summary>Why the host of a URL cannot be public, where that can be told without asking for its addresses; else null.</summary>
    public static string? WhyNot(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (IPAddress.TryParse(url.IdnHost, out var address))
        {
            return WhyNot(address) is { } reason ? $"{address}: {reason}" : null;
        }

        return url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? $"{url.Host}: loopback"
            : null;
    }

    private static string? NameOf((IPNetwork Network, string Name)[] networks, IPAddress address)
    {
        foreach (var (network, name) in networks)
        {
            if (network.Contains(address))
            {
                return name;
            }
        }

        return null;
    }
}
