using SdFleet.Cli.Output;

namespace SdFleet.Cli.Progress;

/// <summary>
/// Shows how far a command has come: on a terminal a line that is redrawn in place, elsewhere a plain line every few seconds.
/// Disposed, it leaves nothing behind on the terminal.
/// </summary>
internal sealed class ProgressDisplay : IDisposable
{
    private const string ClearLine = "\r\e[K";

    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly CliConsole _console;
    private readonly int _total;
    private readonly long _started;
    private readonly ITimer _timer;
    private string _label;
    private int _done;
    private double _fraction;
    private bool _disposed;

    public ProgressDisplay(CliConsole console, string label, int total)
    {
        _console = console;
        _label = label;
        _total = total;
        _started = console.Time.GetTimestamp();
        var interval = console.IsTerminal ? RedrawInterval : PlainInterval;
        _timer = console.Time.CreateTimer(_ => Show(), state: null, interval, interval);
    }

    /// <summary>Time since it began.</summary>
    public TimeSpan Elapsed => _console.Time.GetElapsedTime(_started);

    /// <summary>Takes the newest state, shown with the next redraw.</summary>
    /// <param name="done">Pictures finished.</param>
    /// <param name="begun">Share that is done of the pictures that are not finished, summed up.</param>
    /// <param name="label">What is being done, where that has changed.</param>
    public void Report(int done, double begun = 0, string? label = null)
    {
        lock (_lock)
        {
            _done = done;
            _fraction = Math.Clamp((done + begun) / _total, 0, 1);
            _label = label ?? _label;
        }
    }

    /// <summary>Writes a line that stays, above the bar.</summary>
    public void Note(string line)
    {
        lock (_lock)
        {
            if (_console.IsTerminal && !_disposed)
            {
                _console.Error.Write(ClearLine);
            }

            _console.Note(line);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            if (!_disposed && _console.IsTerminal)
            {
                _console.Error.Write(ClearLine);
            }

            _disposed = true;
        }
    }

    private void Show()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            var state = new ProgressState(_label, _done, _total, _fraction, Elapsed);
            if (_console.IsTerminal)
            {
                // The last column stays free: some terminals begin a new line once it is written.
                var line = ProgressLine.Bar(state, _console.Width() - 1, _console.HasColor, _console.HasUnicode);
                _console.Error.Write("\r" + line + "\e[K");
            }
            else
            {
                _console.Note(ProgressLine.Plain(state));
            }
        }
    }
}
