namespace SdFleet.TestServers;

/// <summary>A RabbitMQ broker with its management API.</summary>
public sealed class RabbitMqServer : TestServer
{
    private static readonly Lazy<Task<RabbitMqServer>> Shared = new(StartSharedAsync);

    private RabbitMqServer(Uri uri, Uri management, ServersScript? script = null)
        : base(script)
    {
        Uri = uri;
        Management = new RabbitMqManagement(management, uri.UserInfo);
    }

    /// <summary>The broker's address with its default virtual host; tests take one of their own instead.</summary>
    public Uri Uri { get; }

    public RabbitMqManagement Management { get; }

    /// <summary>
    /// The broker of this test process: the one that SDFLEET_TEST_RABBITMQ (and SDFLEET_TEST_RABBITMQ_MANAGEMENT) names,
    /// or one that is started now.
    /// </summary>
    public static Task<RabbitMqServer> GetAsync() => Shared.Value;

    public static async Task<RabbitMqServer> StartPrivateAsync() => FromScript(await ServersScript.StartAsync("rabbitmq"), isPrivate: true);

    /// <summary>A virtual host of the test's own, in which nothing of other tests is seen. Disposing it deletes it.</summary>
    public async Task<RabbitMqVirtualHost> CreateVirtualHostAsync()
    {
        var name = UniqueName("test");
        var user = Uri.UnescapeDataString(Uri.UserInfo.Split(':')[0]);
        await Management.PutAsync($"vhosts/{name}", new { });
        await Management.PutAsync($"permissions/{name}/{user}", new { configure = ".*", write = ".*", read = ".*" });
        return new RabbitMqVirtualHost(this, name);
    }

    private static async Task<RabbitMqServer> StartSharedAsync()
    {
        if (Given("SDFLEET_TEST_RABBITMQ") is { } given)
        {
            var uri = new Uri(given);
            var management = Given("SDFLEET_TEST_RABBITMQ_MANAGEMENT");
            return new RabbitMqServer(uri, management is null ? new UriBuilder("http", uri.Host, 15672).Uri : new Uri(management));
        }

        if (await Containers.StartRabbitMqAsync() is var (container, api))
        {
            return new RabbitMqServer(container, api);
        }

        return FromScript(await ServersScript.StartAsync("rabbitmq"), isPrivate: false);
    }

    private static RabbitMqServer FromScript(ServersScript script, bool isPrivate) =>
        new(
            new Uri(script.Description.GetProperty("uri").GetString()!),
            new Uri(script.Description.GetProperty("management").GetString()!),
            script)
        {
            IsPrivate = isPrivate,
        };
}
