using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches;

/// <summary>A job as a line of JSON.</summary>
internal static class JobLine
{
    public static string Of(SubmitJob job) => JsonSerializer.Serialize(job, ContractsJson.Options);
}
