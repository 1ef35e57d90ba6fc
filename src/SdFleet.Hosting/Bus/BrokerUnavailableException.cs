namespace SdFleet.Hosting.Bus;

/// <summary>The broker did not confirm a message. It may have it all the same; whatever takes it knows it by its id, so that trying again is safe.</summary>
public sealed class BrokerUnavailableException : Exception
{
    /// <summary>Creates it.</summary>
    public BrokerUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
