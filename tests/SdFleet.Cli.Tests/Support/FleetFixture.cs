using SdFleet.Cli.Embedded;

namespace SdFleet.Cli.Tests.Support;

/// <summary>One embedded fleet for all tests that only use it.</summary>
public sealed class FleetFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-cli-").FullName;
    private EmbeddedFleet? _fleet;

    public EmbeddedFleet Fleet => _fleet!;

    public string Server => Fleet.Address.OriginalString;

    public async Task InitializeAsync() =>
        _fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = _folder });

    public async Task DisposeAsync()
    {
        if (_fleet is not null)
        {
            await _fleet.StopAsync();
            await _fleet.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
