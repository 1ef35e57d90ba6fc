using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Cli.Tests.Support;

internal static class JobStoreExtensions
{
    /// <summary>Waits until a job has come to its end.</summary>
    public static async Task<JobSnapshot> UntilTerminalAsync(this IJobStore store, Guid id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            if (await store.FindJobAsync(id, patience.Token) is { } job && job.State.IsTerminal())
            {
                return job;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }
}
