using System.Reflection;
using SdFleet.Contracts.Batches;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests.Datasets;

/// <summary>A job store with one batch, which goes on while it is read.</summary>
public class ScriptedBatch : DispatchProxy
{
    private BatchSnapshot _snapshot = null!;
    private IAsyncEnumerable<BatchJobStatus> _jobs = null!;
    private List<BatchProblem> _problems = null!;

    /// <summary>How often bad lines were asked for.</summary>
    public int ProblemPages { get; private set; }

    public static IJobStore Of(BatchSnapshot snapshot, IAsyncEnumerable<BatchJobStatus> jobs, List<BatchProblem> problems)
    {
        var store = Create<IJobStore, ScriptedBatch>();
        var script = (ScriptedBatch)(object)store;
        (script._snapshot, script._jobs, script._problems) = (snapshot, jobs, problems);
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IJobStore.FindBatchAsync) => Task.FromResult<BatchSnapshot?>(_snapshot),
        nameof(IJobStore.ReadBatchJobsAsync) => _jobs,
        nameof(IJobStore.ListBatchProblemsAsync) => Problems((long)args![1]!, (int)args[2]!),
        var other => throw new NotSupportedException(other),
    };

    private Task<IReadOnlyList<BatchProblem>> Problems(long after, int max)
    {
        ProblemPages++;
        return Task.FromResult<IReadOnlyList<BatchProblem>>([.. _problems.Where(p => p.Line > after).Take(max)]);
    }
}
