using System.Diagnostics.CodeAnalysis;

namespace SdFleet.Cli.Simulate;

/// <summary>The queued jobs of a lane, as the job store gives them out: in the order of admission, those that came back too.</summary>
internal sealed class Backlog
{
    private readonly Queue<JobModel> _fresh = new();

    // Was released once, and therefore before everything that is fresh.
    private readonly PriorityQueue<JobModel, int> _returned = new();

    public void Add(JobModel job) => _fresh.Enqueue(job);

    public void Return(JobModel job) => _returned.Enqueue(job, job.Number);

    public bool TryTake([NotNullWhen(true)] out JobModel? job) => _returned.TryDequeue(out job, out _) || _fresh.TryDequeue(out job);
}
