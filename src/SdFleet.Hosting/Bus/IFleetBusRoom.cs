using MassTransit;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// What a room puts on the bus. A process has one bus; on the embedded size several rooms share it, which is why a room
/// contributes instead of owning a bus.
/// </summary>
public interface IFleetBusRoom
{
    /// <summary>Adds the room's consumers.</summary>
    void AddConsumers(IBusRegistrationConfigurator registration);

    /// <summary>Adds the room's receive endpoints.</summary>
    void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus);
}
