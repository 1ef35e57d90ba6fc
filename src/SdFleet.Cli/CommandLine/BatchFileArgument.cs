using System.CommandLine;
using SdFleet.Cli.Batches;

namespace SdFleet.Cli.CommandLine;

/// <summary>The file that a batch is in.</summary>
internal static class BatchFileArgument
{
    public static Argument<string> Create() => new("FILE") { Description = $"The batch: {BatchFile.Kinds}." };
}
