using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// What a room puts on the bus. A process has one bus; on the embedded size several rooms share it, which is why a room
/// contributes instead of owning a bus.
/// </summary>
public interface IFleetBusRoom
{
    /// <summary>Adds the room's consumers.</summary>
    void AddConsumers(IBusRegistrationConfigurator registration);

    /// <summary>Adds what the room receives past MassTransit, where the transport is RabbitMQ. Most rooms have nothing of that kind.</summary>
    void AddReceivers(IServiceCollection services)
    {
    }

    /// <summary>Adds the room's receive endpoints.</summary>
    void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus);
}
