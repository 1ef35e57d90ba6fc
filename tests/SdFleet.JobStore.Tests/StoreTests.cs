using SdFleet.TestServers;

namespace SdFleet.JobStore.Tests;

/// <summary>A migrated, empty store of its own for each test. What derives from it runs against both databases.</summary>
public abstract class StoreTests(JobStoreKind kind) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-jobstore-").FullName;
    private readonly List<IJobStore> _stores = [];
    private PostgresDatabase? _database;

    protected IJobStore Store { get; private set; } = null!;

    /// <summary>A whole second in UTC, so that databases give it back unchanged.</summary>
    protected static DateTimeOffset Now { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    protected static TimeSpan ReleaseLease { get; } = TimeSpan.FromMinutes(30);

    protected static TimeSpan RunningLease { get; } = TimeSpan.FromSeconds(30);

    protected static RetryPolicy Policy { get; } = new() { MaxFailures = 3, MaxEvictions = 3 };

    protected JobStoreOptions Options { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (kind == JobStoreKind.Postgres)
        {
            _database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        }

        Options = new JobStoreOptions { Kind = kind, ConnectionString = _database?.ConnectionString, Path = Path.Combine(_folder, "jobs.db") };
        Store = Open();
        await Store.MigrateAsync(default);
    }

    public async Task DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Another coordinator on the same database.</summary>
    protected IJobStore Open(TimeProvider? clock = null)
    {
        var store = JobStores.Open(Options, clock);
        _stores.Add(store);
        return store;
    }

    protected async Task<Guid> AdmitAsync(int images = 1)
    {
        var job = Samples.Job(images: images);
        await Store.AdmitAsync([job], default);
        return job.Job.Id;
    }

    protected async Task<Guid> ReleasedAsync(int images = 1)
    {
        var id = await AdmitAsync(images);
        Assert.Equal(id, Assert.Single(await ReleaseAsync()).Message.JobId);
        return id;
    }

    protected async Task<Guid> RunningAsync(int images = 1)
    {
        var id = await ReleasedAsync(images);
        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Started(id)));
        return id;
    }

    protected Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(int max = 100, DateTimeOffset? now = null) =>
        Store.ReleaseAsync(Samples.Model, Contracts.Jobs.Lane.Normal, max, now ?? Now, ReleaseLease, default);

    protected async Task<EventResult> ApplyAsync(JobEvent @event, DateTimeOffset? now = null) =>
        Assert.Single(await Store.ApplyAsync([@event], Policy, now ?? Now, RunningLease, default)).Result;

    protected async Task<JobSnapshot> FindAsync(Guid id) =>
        await Store.FindJobAsync(id, default) ?? throw new InvalidOperationException($"There is no job {id}.");
}
