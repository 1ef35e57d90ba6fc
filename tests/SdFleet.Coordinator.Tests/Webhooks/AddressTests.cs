using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Webhooks;
using SdFleet.Coordinator.Webhooks;
using SdFleet.Hosting.Webhooks;
using SdFleet.JobStore;
using SdFleet.TestServers.Webhooks;

namespace SdFleet.Coordinator.Tests.Webhooks;

/// <summary>Where deliveries may not lead, whatever a URL or a name server says.</summary>
public sealed class AddressTests
{
    // The job store may hold what admission would refuse: the settings were others, or a name has another address now.
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task Delivery_ToThisMachine_IsGivenUpAndNothingIsSent(string host)
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:AllowPrivateAddresses", "false"));

        var abandoned = await fleet.UntilAsync(await fleet.EndAsync($"http://{host}:{fleet.Receiver.Address.Port}/"), WebhookState.Abandoned);

        Assert.Contains("not public", abandoned.Error, StringComparison.Ordinal);
        Assert.Contains("AllowPrivateAddresses", abandoned.Error, StringComparison.Ordinal);
        Assert.Equal(1, abandoned.Attempts);
        Assert.Empty(fleet.Receiver.Received);
    }

    [Fact]
    public async Task Delivery_OverHttpWhereThatIsNotAllowed_IsGivenUpAndNothingIsSent()
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:AllowHttp", "false"));

        var abandoned = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/")), WebhookState.Abandoned);

        Assert.Contains("AllowHttp", abandoned.Error, StringComparison.Ordinal);
        Assert.Empty(fleet.Receiver.Received);
    }

    [Fact]
    public async Task Delivery_OfATenantWhoseSecretIsGone_WaitsAndIsNotSentUnsigned()
    {
        await using var fleet = await WebhookFixture.StartAsync();

        var waiting = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/"), "nobody"), w => w.Failures > 0);

        Assert.Equal(WebhookState.Pending, waiting.State);
        Assert.Contains("SdFleet:Webhooks:Tenants:nobody:Secret", waiting.Error, StringComparison.Ordinal);
        Assert.Empty(fleet.Receiver.Received);
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("8.8.8.8", "127.0.0.1")]
    [InlineData("2001:4860:4860::8888", "fe80::1")]
    public async Task Send_NameWithAnAddressThatIsNotPublic_IsRefusedBeforeAnyConnection(params string[] addresses)
    {
        using var client = Client(allowPrivate: false, addresses);

        var answer = await client.SendAsync(Webhook("https://receiver.example/"), [1], default);

        Assert.True(answer.IsFinal);
        Assert.Null(answer.Status);
        Assert.Contains("receiver.example has an address that is not public", answer.Error, StringComparison.Ordinal);
        Assert.All(addresses, address => Assert.DoesNotContain(address, answer.Error, StringComparison.Ordinal));
    }

    // The name server is asked once for a connection, which goes to what it said then: a second, other answer is never heard.
    [Fact]
    public async Task Send_NameThatChangesItsMind_IsHeldToItsFirstAnswer()
    {
        await using var inbox = await WebhookInbox.StartAsync();
        var asked = 0;
        var options = Options.Create(Allowing(privateAddresses: true));
        using var client = new WebhookClient(
            options,
            Options.Create(new WebhookDeliveryOptions()),
            new WebhookConnector(options)
            {
                Resolve = (name, _) => Task.FromResult<IPAddress[]>([name == "receiver.example" && asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("192.0.2.1")]),
            },
            TimeProvider.System);

        var answer = await client.SendAsync(Webhook($"http://receiver.example:{inbox.Address.Port}/there"), [1, 2, 3], default);

        Assert.Equal((204, null, 1), (answer.Status, answer.Error, asked));
        var received = Assert.Single(inbox.Received);
        Assert.Equal(("/there", $"receiver.example:{inbox.Address.Port}"), (received.Path, received.Headers["host"]));
        Assert.Equal(new byte[] { 1, 2, 3 }, received.Body);
    }

    [Fact]
    public async Task Send_FirstAddressDoesNotAnswer_TriesTheNext()
    {
        await using var inbox = await WebhookInbox.StartAsync();
        using var client = Client(allowPrivate: true, "127.0.0.2", "127.0.0.1");

        var answer = await client.SendAsync(Webhook($"http://receiver.example:{inbox.Address.Port}/"), [1], default);

        Assert.Equal((204, null), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Send_NobodyThere_SaysSoAndMayBeTriedAgain()
    {
        // Taken and not listened on: nobody else can get it meanwhile.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)nobody.LocalEndPoint!).Port;
        using var client = Client(allowPrivate: true, "127.0.0.1");
        using var nameless = Client(allowPrivate: true);

        var refused = await client.SendAsync(Webhook($"http://receiver.example:{port}/"), [1], default);
        var unknown = await nameless.SendAsync(Webhook("https://receiver.example/"), [1], default);

        Assert.All(new[] { refused, unknown }, answer => Assert.False(answer.IsFinal));
        Assert.All(new[] { refused, unknown }, answer => Assert.StartsWith("It cannot be reached: ", answer.Error, StringComparison.Ordinal));
    }

    private static WebhookClient Client(bool allowPrivate, params string[] addresses)
    {
        var options = Options.Create(Allowing(allowPrivate));
        return new WebhookClient(
            options,
            Options.Create(new WebhookDeliveryOptions()),
            new WebhookConnector(options) { Resolve = (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]) },
            TimeProvider.System);
    }

    private static WebhookOptions Allowing(bool privateAddresses) => new()
    {
        AllowHttp = true,
        AllowPrivateAddresses = privateAddresses,
        Tenants = { ["acme"] = new WebhookTenant { Secret = WebhookFixture.Secret } },
    };

    private static ClaimedWebhook Webhook(string url) => new()
    {
        Id = Guid.NewGuid(),
        Attempt = 1,
        Failures = 0,
        Tenant = "acme",
        Subject = WebhookSubject.Job,
        SubjectId = Guid.NewGuid(),
        Event = WebhookEvent.Completed,
        Url = url,
        QueuedAt = DateTimeOffset.UtcNow,
    };
}
