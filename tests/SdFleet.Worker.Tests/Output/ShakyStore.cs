using System.Reflection;
using SdFleet.Storage;

namespace SdFleet.Worker.Tests.Output;

/// <summary>An artifact store that is away for a while: it neither stores nor reads, as often as it is told.</summary>
public class ShakyStore : DispatchProxy
{
    private IArtifactStore _inner = null!;
    private int _faultsLeft;
    private int _faults;

    /// <summary>Calls that it has failed.</summary>
    public int Faults => Volatile.Read(ref _faults);

    public static (IArtifactStore Store, ShakyStore Shaky) Around(IArtifactStore inner)
    {
        var store = Create<IArtifactStore, ShakyStore>();
        var shaky = (ShakyStore)(object)store;
        shaky._inner = inner;
        return (store, shaky);
    }

    /// <summary>Fails the next calls.</summary>
    public void Fail(int calls) => Volatile.Write(ref _faultsLeft, calls);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name is not (nameof(IArtifactStore.PutAsync) or nameof(IArtifactStore.OpenReadAsync)) || Interlocked.Decrement(ref _faultsLeft) < 0)
        {
            return targetMethod.Invoke(_inner, args);
        }

        Interlocked.Increment(ref _faults);
        var fault = new ArtifactStoreException("The store is away.", isTransient: true);
        return targetMethod.Name == nameof(IArtifactStore.PutAsync)
            ? Task.FromException<PutResult>(fault)
            : Task.FromException<ArtifactContent?>(fault);
    }
}
