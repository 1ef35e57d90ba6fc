namespace SdFleet.Hosting.Bus;

/// <summary>The broker did not confirm a message; nothing was accepted, and trying again is safe.</summary>
public sealed class BrokerUnavailableException : Exception
{
    /// <summary>Creates it.</summary>
    public BrokerUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
