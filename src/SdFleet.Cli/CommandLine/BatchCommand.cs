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
    };
}
