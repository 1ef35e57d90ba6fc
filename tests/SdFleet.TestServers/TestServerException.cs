namespace SdFleet.TestServers;

/// <summary>A server or process that a test needs could not be had. The message says what to do.</summary>
public sealed class TestServerException : Exception
{
    public TestServerException(string message)
        : base(message)
    {
    }

    public TestServerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
