namespace SdFleet.Cli.Embedded;

/// <summary>Keeps what is said while a failed start is cleared away out of the log: it hides the one message that says why.</summary>
internal sealed class LogGate
{
    private volatile bool _isClosed;

    public void Close() => _isClosed = true;

    public void Apply(ILoggingBuilder logging) => logging.AddFilter((_, _) => !_isClosed);
}
