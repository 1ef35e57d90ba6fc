using System.Reflection;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests;

/// <summary>A store that says of no artifact whether it is there, as long as it is asked.</summary>
public class SilentStore : DispatchProxy
{
    public IArtifactStore Inner { get; set; } = null!;

    public Action OnFind { get; set; } = null!;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IArtifactStore.RenewAsync))
        {
            return targetMethod.Invoke(Inner, args);
        }

        OnFind();
        return NeverAsync((CancellationToken)args![2]!);
    }

    private static async Task<bool> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return false;
    }
}
