using System.Globalization;
using Npgsql;
using SdFleet.Contracts;
using SdFleet.TestServers;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>
/// A broker and a database of the benchmark's own, and the fleet's services as separate processes. PostgreSQL waits for the
/// disk, as it does in earnest, unless <c>SDFLEET_DEV_FAST</c> is 1.
/// </summary>
internal sealed class FleetSite : IAsyncDisposable
{
    /// <summary>As many as Celery has, and as there are cores.</summary>
    public const int Workers = 2;

    /// <summary>Most jobs of one pass through the model.</summary>
    private const int MaxBatch = 64;

    // Several times what a worker does in the time that a release takes.
    private const int Window = 2000;

    private const string Memory = "/dev/shm";

    private readonly List<FleetProcess> _coordinators = [];
    private readonly List<FleetProcess> _workers = [];
    private FleetProcess? _api;

    private FleetSite(RabbitMqServer rabbit, PostgresServer postgres, RabbitMqVirtualHost host, PostgresDatabase database, string images)
    {
        Rabbit = rabbit;
        Postgres = postgres;
        Host = host;
        Database = database;
        Images = images;
        Store = new StoreCounts(database.ConnectionString);
    }

    public RabbitMqServer Rabbit { get; }

    public PostgresServer Postgres { get; }

    public RabbitMqVirtualHost Host { get; }

    public PostgresDatabase Database { get; }

    public StoreCounts Store { get; }

    /// <summary>
    /// Whether artifacts are kept in memory, where the system has such a folder: what it costs to store them is the store's, on a disk
    /// or at the other end of a network. They are written, linked and counted all the same.
    /// </summary>
    public static bool InMemory { get; } = Directory.Exists(Memory);

    /// <summary>Folder of the artifacts.</summary>
    public string Images { get; }

    public FleetProcess Coordinator => _coordinators[^1];

    public FleetProcess Api => _api!;

    public static async Task<FleetSite> CreateAsync()
    {
        Environment.SetEnvironmentVariable("SDFLEET_DEV_FAST", Environment.GetEnvironmentVariable("SDFLEET_DEV_FAST") ?? "0");
        var rabbit = await RabbitMqServer.StartPrivateAsync();
        var postgres = await PostgresServer.StartPrivateAsync();
        var counts = await PrepareAsync(postgres);
        var site = new FleetSite(
            rabbit,
            postgres,
            await rabbit.CreateVirtualHostAsync(),
            await postgres.CreateDatabaseAsync(),
            Directory.CreateDirectory(Path.Combine(InMemory ? Memory : Path.GetTempPath(), $"sdfleet-bench-{Guid.NewGuid():N}")).FullName);
        if (counts)
        {
            await site.Store.CountStatementsAsync();
        }

        return site;
    }

    /// <summary>Starts a coordinator.</summary>
    public async Task StartCoordinatorAsync() => _coordinators.Add(await FleetProcess.StartServiceAsync("SdFleet.Coordinator", Settings()));

    /// <summary>Returns when the coordinator's policies are on its queues: what is published meanwhile RabbitMQ 3.10 may not confirm.</summary>
    public async Task UntilPoliciesAsync()
    {
        while ((string?)(await Host.GetQueueAsync(Topology.SubmitQueue))?["policy"] is not { Length: > 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250));
        }
    }

    /// <summary>Stops the coordinator in good order.</summary>
    public async Task StopCoordinatorAsync()
    {
        await Coordinator.StopAsync();
        await Coordinator.DisposeAsync();
        _coordinators.Remove(Coordinator);
    }

    /// <summary>Starts the workers, whose model computes nothing.</summary>
    public async Task StartWorkersAsync()
    {
        var settings = Settings();
        settings["SdFleet__Worker__Synthetic__Enabled"] = "true";
        settings["SdFleet__Worker__MaxBatchImages"] = MaxBatch.ToString(CultureInfo.InvariantCulture);
        _workers.AddRange(await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => FleetProcess.StartServiceAsync("SdFleet.Worker", settings))));
    }

    /// <summary>Stops the workers in good order.</summary>
    public async Task StopWorkersAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.StopAsync();
            await worker.DisposeAsync();
        }

        _workers.Clear();
    }

    public async Task StartApiAsync() => _api = await FleetProcess.StartServiceAsync("SdFleet.Api", Settings());

    /// <summary>What has been spent when a phase begins: the counts are waited for first, so that the wait is no part of the phase.</summary>
    public async Task<Costs> SpentBeforeAsync()
    {
        var (published, commits) = await CountsAsync();
        var statements = await Store.StatementsAsync();
        return new Costs(Processor(), published, statements, commits);
    }

    /// <summary>What has been spent when a phase ends: the counts are waited for last.</summary>
    public async Task<Costs> SpentAfterAsync()
    {
        var processor = Processor();
        var statements = await Store.StatementsAsync();
        var (published, commits) = await CountsAsync();
        return new Costs(processor, published, statements, commits);
    }

    // The broker counts once a second, and so does PostgreSQL.
    private async Task<(long Published, long Commits)> CountsAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        var host = await Rabbit.Management.GetAsync($"vhosts/{Host.Name}");
        return ((long?)host?["message_stats"]?["publish"] ?? 0, await Store.CommitsAsync());
    }

    private Dictionary<string, double> Processor()
    {
        var processor = new Dictionary<string, double>
        {
            ["submitter"] = ProcessTime.OfProcess(Environment.ProcessId),
            ["coordinator"] = _coordinators.Sum(p => ProcessTime.OfProcess(p.Id)),
            ["worker"] = _workers.Sum(p => ProcessTime.OfProcess(p.Id)),
            ["rabbitmq"] = ProcessTime.OfTrees(Rabbit.ProcessIds),
            ["postgres"] = ProcessTime.OfTrees(Postgres.ProcessIds),
        };
        if (_api is not null)
        {
            processor["api"] = ProcessTime.OfProcess(_api.Id);
        }

        return processor;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _workers.Concat(_coordinators).Concat(_api is null ? [] : [_api]))
        {
            await process.DisposeAsync();
        }

        await Store.DisposeAsync();
        await Rabbit.DisposeAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(Images, recursive: true);
    }

    // The module that counts statements has to be there when the server starts.
    private static async Task<bool> PrepareAsync(PostgresServer postgres)
    {
        var settings = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false };
        await using (var connection = new NpgsqlConnection(settings.ConnectionString))
        {
            await connection.OpenAsync();
            await using var known = new NpgsqlCommand("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_stat_statements'", connection);
            if ((long)(await known.ExecuteScalarAsync())! == 0)
            {
                Console.WriteLine("PostgreSQL has no pg_stat_statements here: statements a job are not counted.");
                return false;
            }

            await using var load = new NpgsqlCommand("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'", connection);
            await load.ExecuteNonQueryAsync();
        }

        await postgres.RestartAsync();
        return true;
    }

    private Dictionary<string, string?> Settings() => new()
    {
        ["SdFleet__Transport__Kind"] = "RabbitMq",
        ["SdFleet__Transport__Uri"] = Host.Uri.AbsoluteUri,
        ["SdFleet__Transport__Management"] = Rabbit.Management.Address.AbsoluteUri,
        ["SdFleet__JobStore__Kind"] = "Postgres",
        ["SdFleet__JobStore__ConnectionString"] = Database.ConnectionString,
        ["SdFleet__Artifacts__Kind"] = "Folder",
        ["SdFleet__Artifacts__Path"] = Images,
        ["SdFleet__Models__0__Name"] = "nothing",
        ["SdFleet__Models__0__DefaultWidth"] = "64",
        ["SdFleet__Models__0__DefaultHeight"] = "64",
        ["SdFleet__Models__0__DefaultSteps"] = "1",
        ["SdFleet__Models__0__DefaultScheduler"] = "ddim",
        ["SdFleet__Release__WindowPerWorker"] = Window.ToString(CultureInfo.InvariantCulture),
    };
}
