using Azure.Storage.Blobs;

namespace SdFleet.TestServers;

/// <summary>Azurite, the emulator of Azure Blob Storage.</summary>
public sealed class AzuriteServer : TestServer
{
    private static readonly Lazy<Task<AzuriteServer>> Shared = new(StartSharedAsync);

    private AzuriteServer(string connectionString, ServersScript? script = null)
        : base(script)
    {
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    /// <summary>The emulator of this test process: the one that SDFLEET_TEST_AZURITE names, or one that is started now.</summary>
    public static Task<AzuriteServer> GetAsync() => Shared.Value;

    public static async Task<AzuriteServer> StartPrivateAsync() => FromScript(await ServersScript.StartAsync("azurite"), isPrivate: true);

    /// <summary>A container of the test's own, created already. Disposing it deletes it.</summary>
    public async Task<AzuriteContainer> CreateContainerAsync()
    {
        var container = NameContainer();
        await container.Client.CreateAsync();
        return container;
    }

    /// <summary>The same, not created yet: for what creates its container itself.</summary>
    public AzuriteContainer NameContainer()
    {
        var name = UniqueName("test").Replace('_', '-');
        return new AzuriteContainer(name, ConnectionString, new BlobContainerClient(ConnectionString, name));
    }

    private static async Task<AzuriteServer> StartSharedAsync()
    {
        if (Given("SDFLEET_TEST_AZURITE") is { } given)
        {
            return new AzuriteServer(given);
        }

        if (await Containers.StartAzuriteAsync() is { } container)
        {
            return new AzuriteServer(container);
        }

        return FromScript(await ServersScript.StartAsync("azurite"), isPrivate: false);
    }

    private static AzuriteServer FromScript(ServersScript script, bool isPrivate) =>
        new(script.Description.GetProperty("connectionString").GetString()!, script) { IsPrivate = isPrivate };
}
