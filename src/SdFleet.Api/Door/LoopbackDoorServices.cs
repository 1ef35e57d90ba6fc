using Microsoft.AspNetCore.Connections;

namespace SdFleet.Api.Door;

/// <summary>Puts the door before Kestrel's transports.</summary>
internal static class LoopbackDoorServices
{
    public static void AddLoopbackDoor(this IServiceCollection services)
    {
        services.AddSingleton<LoopbackDoor>();
        services.Wrap<IConnectionListenerFactory>((provider, inner) => new LoopbackTransport(inner, LateDoor(provider)));
        services.Wrap<IMultiplexedConnectionListenerFactory>((provider, inner) => new LoopbackMultiplexedTransport(inner, LateDoor(provider)));
    }

    // Late, as the door looks at the transports.
    private static Lazy<LoopbackDoor> LateDoor(IServiceProvider provider) => new(provider.GetRequiredService<LoopbackDoor>);

    private static void Wrap<T>(this IServiceCollection services, Func<IServiceProvider, T, T> wrap)
        where T : class
    {
        for (var i = 0; i < services.Count; i++)
        {
            var inner = services[i];
            if (inner.ServiceType == typeof(T) && !inner.IsKeyedService)
            {
                services[i] = ServiceDescriptor.Singleton(provider => wrap(provider, (T)Create(provider, inner)));
            }
        }
    }

    private static object Create(IServiceProvider provider, ServiceDescriptor descriptor) =>
        descriptor.ImplementationInstance
        ?? descriptor.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!);
}
