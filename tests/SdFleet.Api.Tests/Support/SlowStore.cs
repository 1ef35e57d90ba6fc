using System.Reflection;
using SdFleet.Storage;

namespace SdFleet.Api.Tests.Support;

/// <summary>An artifact store that finds everything but one artifact, of which it says nothing as long as it is asked.</summary>
public class SlowStore : DispatchProxy
{
    private IArtifactStore _inner = null!;

    /// <summary>The name of that one; null for none.</summary>
    public string? Slow { get; set; }

    public static (IArtifactStore Store, SlowStore Settings) Around(IArtifactStore inner)
    {
        var store = Create<IArtifactStore, SlowStore>();
        var settings = (SlowStore)(object)store;
        settings._inner = inner;
        return (store, settings);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IArtifactStore.FindAsync) && Slow is not null && Slow == (string?)args![0]
            ? NeverAsync((CancellationToken)args[1]!)
            : targetMethod.Invoke(_inner, args);

    private static async Task<ArtifactInfo?> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return null;
    }
}
