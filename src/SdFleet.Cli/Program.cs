using System.Runtime.InteropServices;
using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Output;

// The first Ctrl-C asks whatever runs to end in good order; the second ends the process.
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

return await SdFleetCommand.RunAsync(args, CliConsole.OfThisProcess(), stopping.Token);

void Stop(PosixSignalContext signal)
{
    if (!stopping.IsCancellationRequested)
    {
        signal.Cancel = true;
        _ = stopping.CancelAsync();
    }
}
