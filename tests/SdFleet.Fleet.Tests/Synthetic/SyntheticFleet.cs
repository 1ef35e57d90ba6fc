using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>
/// Coordinator and workers as processes on a real broker and a real database; the workers' model computes nothing. The test
/// publishes as an integrator does, and looks into the job store and the artifact folder itself.
/// </summary>
internal sealed class SyntheticFleet : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-synthetic-").FullName;
    private readonly List<FleetProcess> _processes = [];
    private readonly Dictionary<string, string?> _settings;
    private readonly PostgresDatabase _database;

    private SyntheticFleet(RabbitMqVirtualHost broker, PostgresDatabase database, IEnumerable<(string Key, string Value)> settings)
    {
        Broker = broker;
        _database = database;
        _settings = new Dictionary<string, string?>
        {
            ["SdFleet__Transport__Kind"] = "RabbitMq",
            ["SdFleet__Transport__Uri"] = broker.Uri.ToString(),
            ["SdFleet__JobStore__Kind"] = "Postgres",
            ["SdFleet__JobStore__ConnectionString"] = database.ConnectionString,
            ["SdFleet__Artifacts__Kind"] = "Folder",
            ["SdFleet__Artifacts__Path"] = _folder,
            ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
            ["SdFleet__Models__0__Name"] = "shapes",
            ["SdFleet__Models__0__DefaultWidth"] = "64",
            ["SdFleet__Models__0__DefaultHeight"] = "64",
            ["SdFleet__Models__0__DefaultScheduler"] = "ddim",
            ["SdFleet__Worker__HeartbeatInterval"] = "00:00:00.5",
            ["SdFleet__Worker__Synthetic__Enabled"] = "true",
            ["SdFleet__Worker__FinishTimeout"] = "00:00:01",

            // Longer than a busy machine stands still: a test counts evictions, and waits for this only where it kills a worker.
            ["SdFleet__Leases__RunLease"] = "00:00:20",
            ["SdFleet__Leases__ReleaseLease"] = "00:00:30",
            ["SdFleet__Retry__BaseDelay"] = "00:00:00.2",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        Store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = database.ConnectionString });
    }

    public RabbitMqVirtualHost Broker { get; }

    public IJobStore Store { get; }

    /// <summary>The services' variables.</summary>
    public IReadOnlyDictionary<string, string?> Settings => _settings;

    /// <summary>The coordinator that the fleet was started with.</summary>
    public FleetProcess Coordinator => _processes[0];

    /// <summary>Starts a fleet without workers.</summary>
    /// <param name="server">The broker; null for the one that tests share.</param>
    /// <param name="settings">Variables on top of the usual ones.</param>
    public static async Task<SyntheticFleet> StartAsync(RabbitMqServer? server = null, params (string Key, string Value)[] settings)
    {
        var broker = await (server ?? await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        var fleet = new SyntheticFleet(broker, database, settings);
        await fleet.StartCoordinatorAsync();
        return fleet;
    }

    /// <summary>Starts a fleet without workers on the broker that tests share, whose artifacts are in a container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="settings">Variables on top of the usual ones.</param>
    public static Task<SyntheticFleet> StartAsync(AzuriteContainer container, params (string Key, string Value)[] settings) => StartAsync(
        server: null,
        [
            ("SdFleet__Artifacts__Kind", "AzureBlob"),
            ("SdFleet__Artifacts__ConnectionString", container.ConnectionString),
            ("SdFleet__Artifacts__Container", container.Name),
            .. settings,
        ]);

    public Task<FleetProcess> StartCoordinatorAsync() => StartAsync("SdFleet.Coordinator", _settings);

    public Task<FleetProcess> StartApiAsync() => StartAsync("SdFleet.Api", _settings);

    /// <summary>Starts a worker whose steps take so long.</summary>
    public Task<FleetProcess> StartWorkerAsync(TimeSpan stepTime, params (string Key, string Value)[] settings) =>
        StartAsync("SdFleet.Worker", WorkerSettings(stepTime, settings));

    /// <summary>Starts a worker and does not wait until it is ready, which it may never be.</summary>
    public FleetProcess BeginWorker(TimeSpan stepTime, params (string Key, string Value)[] settings) => Keep(
        FleetProcess.Start("SdFleet.Worker", new Dictionary<string, string?>(WorkerSettings(stepTime, settings)) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" }));

    public async Task<Guid> SubmitAsync(string prompt, int steps = 5, int images = 1)
    {
        var id = Guid.NewGuid();
        await SubmitAsync(new SubmitJob { Id = id, Prompt = prompt, Steps = steps, Images = images });
        return id;
    }

    public async Task SubmitAsync(SubmitJob job)
    {
        var body = JsonSerializer.Serialize(job, ContractsJson.Options);

        // Again until the broker has it, or says so in time: under one id that is one job.
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            try
            {
                Assert.True(await Broker.PublishAsync(Topology.SubmitExchange, "", body));
                return;
            }
            catch (Exception e) when (e is HttpRequestException or TestServerException or TaskCanceledException && !deadline.IsCancellationRequested)
            {
                await Task.Delay(200);
            }
        }
    }

    public async Task<JobSnapshot> UntilAsync(Guid id, Func<JobSnapshot, bool> condition, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? TimeSpan.FromMinutes(3));
        JobSnapshot? job = null;
        while (!deadline.IsCancellationRequested)
        {
            job = await Store.FindJobAsync(id, default);
            if (job is not null && condition(job))
            {
                return job;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"Job {id} did not come that far; it is {job}.\n{string.Join("\n\n", _processes.Select(p => $"{p.Project}:\n{p.Tail(15)}"))}");
    }

    public Task<JobSnapshot> UntilTerminalAsync(Guid id, TimeSpan? patience = null) => UntilAsync(id, j => j.State.IsTerminal(), patience);

    /// <summary>Every file in the artifact folder, by the name that records give, with its digest.</summary>
    public Dictionary<string, string> Artifacts() => Directory.EnumerateFiles(_folder, "*.png", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(_folder, f).Replace('\\', '/'), f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await Store.DisposeAsync();
        await Broker.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Dictionary<string, string?> WorkerSettings(TimeSpan stepTime, (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(_settings) { ["SdFleet__Worker__Synthetic__StepTime"] = stepTime.ToString() };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }

    private async Task<FleetProcess> StartAsync(string project, IReadOnlyDictionary<string, string?> settings) =>
        Keep(await FleetProcess.StartServiceAsync(project, settings));

    private FleetProcess Keep(FleetProcess process)
    {
        lock (_processes)
        {
            _processes.Add(process);
        }

        return process;
    }
}
