using System.CommandLine;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch</c>: many jobs from one file.</summary>
internal static class BatchCommand
{
    public static Command Create(CliConsole console) => new("batch", "Batches: many jobs from one file.")
    {
        BatchPlanCommand.Create(console),
        BatchExpandCommand.Create(console),
        BatchSubmitCommand.Create(console),
        BatchStatusCommand.Create(console),
        BatchWatchCommand.Create(console),
        BatchListCommand.Create(console),
        BatchAuditCommand.Create(console),
        BatchControlCommand.Create("cancel", "cancelled", "Cancels a batch: lines and jobs that wait are never made, those that run stop before their next step.", console),
        BatchControlCommand.Create("pause", "paused", "Pauses a batch: nothing more of it is begun.", console),
        BatchControlCommand.Create("resume", "resumed", "Resumes a batch.", console),
    };
}
