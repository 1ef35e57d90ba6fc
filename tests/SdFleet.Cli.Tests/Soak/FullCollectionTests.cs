using System.Runtime.CompilerServices;
using SdFleet.Cli.Soak;

namespace SdFleet.Cli.Tests.Soak;

public sealed class FullCollectionTests
{
    [Fact]
    public async Task Request_OfThisProcess_CollectsTheOldestGeneration()
    {
        var garbage = OldGarbage();
        var before = GC.CollectionCount(2);

        Assert.True(await FullCollection.RequestAsync(Environment.ProcessId, default));

        Assert.True(GC.CollectionCount(2) > before);
        Assert.False(garbage.IsAlive);
    }

    [Fact]
    public async Task Request_WhereAKilledProcessOfTheSameNumberLeftItsPort_AsksTheOneThatLives()
    {
        var left = Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-0-socket");
        await File.WriteAllBytesAsync(left, []);
        File.SetLastWriteTimeUtc(left, DateTime.UnixEpoch);
        try
        {
            Assert.True(await FullCollection.RequestAsync(Environment.ProcessId, default));
        }
        finally
        {
            File.Delete(left);
        }
    }

    [Fact]
    public async Task Request_OfAProcessThatIsNone_SaysSo() => Assert.False(await FullCollection.RequestAsync(int.MaxValue, default));

    // Not inlined: what a method holds in a register lives until it returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference OldGarbage()
    {
        var garbage = new byte[1024];
        GC.Collect();
        GC.Collect();
        return new WeakReference(garbage);
    }
}
