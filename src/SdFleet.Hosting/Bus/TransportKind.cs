namespace SdFleet.Hosting.Bus;

/// <summary>What carries messages between the services.</summary>
public enum TransportKind
{
    /// <summary>Within one process: the embedded size.</summary>
    InMemory,

    /// <summary>RabbitMQ.</summary>
    RabbitMq,
}
