using System.Diagnostics;

namespace SdFleet.Worker.Guarding;

/// <summary>Ends the process by itself, so that whoever runs it starts a new one. The exit code and the last error in the log say why.</summary>
internal sealed partial class WorkerEnd(IHostApplicationLifetime lifetime, ILogger<WorkerEnd> logger)
{
    /// <summary>Exit code: a denoising step took longer than it may.</summary>
    public const int Hung = 70;

    /// <summary>Exit code: the device failed too often in a row.</summary>
    public const int DeviceFaults = 71;

    /// <summary>Exit code: it was told to stop, and did not come to its end.</summary>
    public const int Stuck = 72;

    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Ends at once: native code that hangs cannot be waited for. The broker delivers what was held to another worker.</summary>
    public void AtOnce(int exitCode, string reason)
    {
        LogEnd(exitCode, reason);

        // Exiting runs handlers of native libraries, which may wait for the thread that hangs.
        new Thread(() =>
        {
            Thread.Sleep(ExitTimeout);
            Process.GetCurrentProcess().Kill();
        }) { IsBackground = true }.Start();
        Environment.Exit(exitCode);
    }

    /// <summary>Stops in good order: takes nothing more, gives back what it holds.</summary>
    public void Drain(int exitCode, string reason)
    {
        LogEnd(exitCode, reason);
        Environment.ExitCode = exitCode;
        lifetime.StopApplication();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This worker ends (exit code {ExitCode}): {Reason}")]
    private partial void LogEnd(int exitCode, string reason);
}
