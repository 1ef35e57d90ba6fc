using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SdFleet.Cli.Chaos.Fleet;

/// <summary>Signals to processes of the run's own.</summary>
internal static partial class Signals
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;

    // The two that differ between Linux and the BSDs.
    private static readonly int Sigstop = OperatingSystem.IsLinux() ? 19 : 17;
    private static readonly int Sigcont = OperatingSystem.IsLinux() ? 18 : 19;

    /// <summary>SIGKILL: the process gets no say.</summary>
    public static void Kill(Process process) => Send(process, Sigkill);

    /// <summary>SIGTERM, what an orchestrator sends before it takes a host away.</summary>
    public static void Terminate(Process process) => Send(process, Sigterm);

    /// <summary>SIGSTOP: the process hangs, its connections stay open.</summary>
    public static void Stop(Process process) => Send(process, Sigstop);

    /// <summary>SIGCONT.</summary>
    public static void Continue(Process process) => Send(process, Sigcont);

    private static void Send(Process process, int signal)
    {
        if (!process.HasExited && SendSignal(process.Id, signal) != 0 && !process.HasExited)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"signal {signal} to process {process.Id}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
