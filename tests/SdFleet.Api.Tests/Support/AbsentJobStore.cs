using System.Reflection;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Support;

/// <summary>A job store whose database has gone away since the start: every call fails, or never ends.</summary>
public class AbsentJobStore : DispatchProxy
{
    private bool _hangs;

    public static IJobStore Create(bool hangs)
    {
        var store = Create<IJobStore, AbsentJobStore>();
        ((AbsentJobStore)(object)store)._hangs = hangs;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        nameof(IJobStore.MigrateAsync) => Task.CompletedTask,
        nameof(IAsyncDisposable.DisposeAsync) => ValueTask.CompletedTask,
        nameof(IJobStore.FindJobAsync) when _hangs => new TaskCompletionSource<JobSnapshot?>().Task,
        _ => throw new JobStoreException("The database does not answer.", isTransient: true),
    };
}
