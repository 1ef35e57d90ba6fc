#if TESTCONTAINERS
using System.Diagnostics;
using Testcontainers.Azurite;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;
#endif

namespace SdFleet.TestServers;

/// <summary>
/// The shared servers as containers, where the package feed has Testcontainers and a Docker engine answers. Otherwise each
/// method gives null, and infra/dev starts the server. Private servers always come from infra/dev: a container that is
/// started again gets another port.
/// </summary>
internal static class Containers
{
#if TESTCONTAINERS
    private const int ManagementPort = 15672;

    private static readonly Lazy<Task<bool>> EngineAnswers = new(AskEngineAsync);

    public static async Task<(Uri Uri, Uri Management)?> StartRabbitMqAsync()
    {
        if (!await EngineAnswers.Value)
        {
            return null;
        }

        var container = new RabbitMqBuilder("rabbitmq:4-management").WithPortBinding(ManagementPort, assignRandomHostPort: true).Build();
        await container.StartAsync();
        var management = new UriBuilder("http", container.Hostname, container.GetMappedPublicPort(ManagementPort)).Uri;
        return (new Uri(container.GetConnectionString()), management);
    }

    public static async Task<string?> StartPostgresAsync()
    {
        if (!await EngineAnswers.Value)
        {
            return null;
        }

        var container = new PostgreSqlBuilder("postgres:17").WithCommand("-c", "max_connections=200", "-c", "fsync=off").Build();
        await container.StartAsync();
        return container.GetConnectionString();
    }

    public static async Task<string?> StartAzuriteAsync()
    {
        if (!await EngineAnswers.Value)
        {
            return null;
        }

        var container = new AzuriteBuilder("mcr.microsoft.com/azure-storage/azurite:3.37.0")
            .WithCommand("--skipApiVersionCheck", "--disableTelemetry")
            .Build();
        await container.StartAsync();
        return container.GetConnectionString();
    }

    private static async Task<bool> AskEngineAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("docker", ["info"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
#else
    public static Task<(Uri Uri, Uri Management)?> StartRabbitMqAsync() => Task.FromResult<(Uri, Uri)?>(null);

    public static Task<string?> StartPostgresAsync() => Task.FromResult<string?>(null);

    public static Task<string?> StartAzuriteAsync() => Task.FromResult<string?>(null);
#endif
}
