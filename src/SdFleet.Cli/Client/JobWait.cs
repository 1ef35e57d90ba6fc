using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Client;

/// <summary>Asks for a job until it has come to its end.</summary>
internal sealed class JobWait(FleetClient client, TimeProvider time)
{
    private const double Slower = 1.3;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // The server has confirmed it to be safe; the coordinator may be restarting.
    private static readonly TimeSpan AdmissionPatience = TimeSpan.FromMinutes(1);

    /// <summary>The completed job.</summary>
    /// <exception cref="CliException">It ended in another way.</exception>
    public async Task<JobView> UntilCompletedAsync(Guid id, Action<JobView> onChange, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var pause = ShortestPause;
        while (true)
        {
            var job = await client.FindJobAsync(id, cancellationToken);
            if (job is null && time.GetElapsedTime(started) > AdmissionPatience)
            {
                throw new CliException(
                    $"job {id} was accepted, but is not admitted after {AdmissionPatience.TotalSeconds:0} seconds: no coordinator seems to run. " +
                    $"It is safe with the broker; ask later at {client.Server}v1/jobs/{id}.");
            }

            if (job is not null)
            {
                onChange(job);
                if (job.State.IsTerminal())
                {
                    return job.State == JobState.Completed ? job : throw Ended(job);
                }
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * Slower < LongestPause ? pause * Slower : LongestPause;
        }
    }

    private static CliException Ended(JobView job) => new(job.State switch
    {
        JobState.Failed => $"job {job.Id} failed after {job.Attempts} attempt(s): {job.Error}",
        JobState.Rejected => $"job {job.Id} was rejected: {job.Error}",
        _ => $"job {job.Id} was cancelled.",
    });
}
