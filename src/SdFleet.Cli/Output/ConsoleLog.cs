using System.Globalization;

namespace SdFleet.Cli.Output;

/// <summary>The services' log as lines for a person: time, how grave, where from, what. From this fleet all, from frameworks warnings.</summary>
internal sealed class ConsoleLog(TimeProvider clock, LogLevel lowest, Action<string> write) : ILoggerProvider
{
    private const string OwnCategories = "SdFleet.";

    // The host's word on a service that did not start; the command that started it says why.
    private const string StartFailed = "HostedServiceStartupFaulted";

    private readonly LogLevel _lowestOwn = lowest;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Holds nothing.
    }

    private void Write(string category, LogLevel level, string message, Exception? error)
    {
        var time = clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var grade = level switch
        {
            LogLevel.Warning => " warning",
            LogLevel.Error or LogLevel.Critical => " ERROR",
            _ => "",
        };
        var line = $"{time}{grade} {category[(category.LastIndexOf('.') + 1)..]}: {message}{(error is null ? "" : $" ({error.GetType().Name}: {error.Message})")}";
        write(line);
    }

    private sealed class Logger(ConsoleLog owner, string category) : ILogger
    {
        private readonly LogLevel _lowest = category.StartsWith(OwnCategories, StringComparison.Ordinal) ? owner._lowestOwn : LogLevel.Warning;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= _lowest;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name != StartFailed)
            {
                owner.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }
}
