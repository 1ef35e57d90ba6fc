using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SdFleet.Hosting.Health;

namespace SdFleet.Hosting.Bus;

/// <summary>Adds what receives by the thousand, past MassTransit.</summary>
public static class BulkReceiverServices
{
    /// <summary>
    /// Receives from a durable quorum queue behind the fanout exchange of its name, both declared here. The service is ready once it does.
    /// </summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="prefetch">Messages fetched ahead; half of them are the largest batch.</param>
    /// <param name="take">Takes a message; may be called for many at once. Its token ends when the process is to stop.</param>
    public static IServiceCollection AddBulkReceiver(
        this IServiceCollection services, string queue, int prefetch, Func<IServiceProvider, Func<BulkMessage, CancellationToken, Task>> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        services.AddKeyedSingleton(queue, (provider, _) => new BulkReceiver(
            queue,
            prefetch,
            provider.GetRequiredService<IOptions<TransportOptions>>(),
            () => take(provider),
            provider.GetRequiredService<ILogger<BulkReceiver>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<BulkReceiver>(queue));
        services.AddHealthChecks().AddPing(queue, provider => provider.GetRequiredKeyedService<BulkReceiver>(queue).PingAsync);
        return services;
    }
}
