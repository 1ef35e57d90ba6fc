using SdFleet.JobStore;

namespace SdFleet.Cli.Embedded;

/// <summary>
/// What an earlier run of this folder had released went with its in-memory bus. As nobody else can hold these attempts, they
/// are given up at once, where a fleet with a real broker would wait for their leases.
/// </summary>
internal static class LeftoverAttempts
{
    private const int AtOnce = 1000;

    // Leases are far shorter.
    private static readonly TimeSpan BeyondEveryLease = TimeSpan.FromDays(30);

    // An attempt that ended with its process says nothing against the job: it need not wait.
    private static readonly RetryPolicy WithoutWaiting = new() { BaseDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero };

    public static async Task GiveUpAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var store = services.GetRequiredService<IJobStore>();
        var then = services.GetRequiredService<TimeProvider>().GetUtcNow() + BeyondEveryLease;
        await store.MigrateAsync(cancellationToken);
        while ((await store.ExpireLeasesAsync(WithoutWaiting, then, AtOnce, cancellationToken)).Count == AtOnce)
        {
        }
    }
}
