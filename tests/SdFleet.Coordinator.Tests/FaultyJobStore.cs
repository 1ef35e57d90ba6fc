using System.Reflection;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

/// <summary>A job store whose database goes away around the writing of a batch's lines, every second time before and every other time after it has written.</summary>
public class FaultyJobStore : DispatchProxy
{
    private IJobStore _inner = null!;
    private int _calls;

    /// <summary>Faults so far, by whether the lines were written.</summary>
    public (int Before, int After) Faults { get; private set; }

    public static IJobStore Around(IJobStore inner)
    {
        var store = Create<IJobStore, FaultyJobStore>();
        ((FaultyJobStore)(object)store)._inner = inner;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IJobStore.ExpandBatchAsync))
        {
            return targetMethod.Invoke(_inner, args);
        }

        return ExpandAsync((BatchExpansion)args![0]!, (CancellationToken)args[1]!);
    }

    private async Task<BatchExpansionOutcome> ExpandAsync(BatchExpansion expansion, CancellationToken cancellationToken)
    {
        switch (_calls++ % 3)
        {
            case 0:
                Faults = Faults with { Before = Faults.Before + 1 };
                throw new JobStoreException("The database is away.", isTransient: true);
            case 1:
                await _inner.ExpandBatchAsync(expansion, cancellationToken);
                Faults = Faults with { After = Faults.After + 1 };
                throw new JobStoreException("The connection was lost before the answer came.", isTransient: true);
            default:
                return await _inner.ExpandBatchAsync(expansion, cancellationToken);
        }
    }
}
