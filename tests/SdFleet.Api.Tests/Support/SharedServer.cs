namespace SdFleet.Api.Tests.Support;

/// <summary>One server without keys for tests that do not mind sharing.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private ApiServer? _server;

    public ApiServer Api => _server ?? throw new InvalidOperationException("Not started.");

    public async Task InitializeAsync() => _server = await ApiServer.StartAsync();

    public async Task DisposeAsync() => await Api.DisposeAsync();
}
