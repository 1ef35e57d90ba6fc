using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SdFleet.Hosting.Health;

/// <summary>
/// <c>SERVICE health</c>: asks the service that runs beside it whether it is alive, and exits with 0 or 1. Container images
/// without a shell have nothing else to ask with.
/// </summary>
public static class HealthCommand
{
    private const int DefaultPort = 8080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Answers the command, or null where <paramref name="args"/> is something else.</summary>
    public static async Task<int?> RunAsync(string[] args)
    {
        if (args is not ["health"])
        {
            return null;
        }

        var ports = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").Build()["HTTP_PORTS"];
        var port = int.TryParse(ports?.Split(';')[0], CultureInfo.InvariantCulture, out var first) ? first : DefaultPort;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/live")).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"Nothing answers on port {port}: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }
}
