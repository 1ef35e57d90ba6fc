using System.Diagnostics;
using System.Text.Json;
using SdFleet.Cli.Chaos.Check;
using SdFleet.Cli.Chaos.Faults;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Report;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Chaos;

/// <summary>
/// One run: a fleet of this build in processes of its own, jobs, faults, and the question what became of each job. Everything
/// that it makes (virtual host, database, container, processes, files) is its own, and is gone when it ends.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    // Part of a fault's share of the jobs that is done when it strikes: the rest is what it meets.
    private const double StrikesAfter = 0.4;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan WorkPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SetUpPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CleanUpPatience = TimeSpan.FromSeconds(60);

    // The management API counts every five seconds, where nobody has set it to less.
    private static readonly TimeSpan CountsLag = TimeSpan.FromSeconds(6);

    private readonly ChaosOptions _options;
    private readonly CliConsole _console;
    private readonly Trial _trial;
    private readonly Stopwatch _clock = new();
    private readonly IReadOnlyList<PlannedJob> _jobs;
    private readonly Ledger _ledger;
    private readonly Recoveries _recoveries;
    private readonly List<Sample> _samples = [];
    private readonly List<Event> _events = [];
    private int _struck;

    public ChaosRun(ChaosOptions options, CliConsole console)
    {
        _options = options;
        _console = console;
        _jobs = JobPlan.Draw(options.Seed, options.Jobs);
        _ledger = new Ledger(_jobs, _clock);
        _recoveries = new Recoveries(_clock);
        _ledger.Finished = _recoveries.Finished;
        _trial = new Trial("chaos", options.Servers, console);
    }

    /// <summary>Does all of it, and writes the report.</summary>
    public async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = _console.Time.GetUtcNow();
        var keys = JobPlan.Tenants.ToDictionary(t => t, _ => ApiKey.Create());
        await SetUpAsync(keys, cancellationToken);

        using var http = new HttpDoor(_trial.Fleet.Api.Address, keys);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tap = new EventTap(_trial.Host.Broker, _ledger);
        _clock.Start();
        var background = new List<Task> { tap.RunAsync(ending.Token) };
        try
        {
            await tap.Listening.WaitAsync(SetUpPatience, cancellationToken);
            background.Add(SampleAsync(ending.Token));
            background.Add(AskAsync(http, ending.Token));
            var submitter = new Submitter(_jobs, _ledger, http, _trial.Host.Broker, Allowed);
            await WorkAsync(submitter, background, cancellationToken);
            var seconds = _clock.Elapsed.TotalSeconds;

            _console.Note("All submitted and done; looking at every record and every picture...");
            await ReadUntilEndedAsync(http, cancellationToken);
            await SettleAsync(cancellationToken);
            if (_options.BeforeCheck is { } before)
            {
                await before(new ChaosScene(_jobs, _trial.Host.Broker, _trial.JobStore, _trial.Artifacts.Place), cancellationToken);
                await SettleAsync(cancellationToken);
            }

            var evidence = await GatherAsync(http, cancellationToken);
            var report = Conclude(startedAt, seconds, evidence, http, submitter);
            await new ReportFolder(_options.Folder, _console).WriteAsync(report, [_trial.Logs, _trial.JournalFolder], cancellationToken);
            return report;
        }
        finally
        {
            await ending.CancelAsync();
            await Quietly.RunAsync(() => Task.WhenAll(background), CleanUpPatience);
        }
    }

    /// <summary>Ends and deletes everything that the run made.</summary>
    public ValueTask DisposeAsync() => _trial.DisposeAsync();

    private async Task SetUpAsync(IReadOnlyDictionary<string, ApiKey> keys, CancellationToken cancellationToken)
    {
        foreach (var (kind, reason) in FaultInjector.Impossible(_options))
        {
            _console.Note($"Not possible here: {FaultWords.Of(kind)} ({reason}).");
        }

        await _trial.StartAsync(_options.Coordinators, _options.Workers, keys, hasBlobProxy: true, new Dictionary<string, string>(), cancellationToken);
    }

    // Each fault has a share of the jobs, and so has the time before the first.
    private int Allowed() => (int)Math.Ceiling((double)_options.Jobs * (Volatile.Read(ref _struck) + 1) / (_options.Faults + 1));

    // Until every job has come to an end, or nothing moves any more.
    private async Task WorkAsync(Submitter submitter, List<Task> background, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var progress = new ProgressDisplay(_console, "Jobs", _options.Jobs);
        var work = new List<Task> { submitter.RunAsync(giveUp.Token), StrikeAsync(progress, giveUp.Token), WaitAsync(progress, giveUp.Token) };
        try
        {
            while (work.Count > 0)
            {
                var next = await Task.WhenAny(work.Concat(background));
                await next;
                work.Remove(next);
                background.Remove(next);
            }
        }
        catch (TimeoutException e)
        {
            // The check says what is missing.
            Note(progress, e.Message);
        }
        finally
        {
            await giveUp.CancelAsync();
            await Quietly.RunAsync(() => Task.WhenAll(work), CleanUpPatience);
        }
    }

    private async Task StrikeAsync(ProgressDisplay progress, CancellationToken cancellationToken)
    {
        var injector = new FaultInjector(_options, _trial.Fleet, _trial.Host, _trial.Database, _trial.Artifacts.Proxy);
        foreach (var fault in FaultPlan.Draw(_options.Seed, _options.Faults, FaultInjector.Possible(_options)))
        {
            while (_ledger.FinishedCount < _options.Jobs * (fault.Number - 1 + StrikesAfter) / (_options.Faults + 1))
            {
                await Task.Delay(Tick, cancellationToken);
            }

            // While the one before lasted, its share may have been made to the end: there has to be something to meet.
            Interlocked.Increment(ref _struck);
            for (var watch = Stopwatch.StartNew(); _ledger.InHand().Count == 0 && watch.Elapsed < WorkPatience;)
            {
                await Task.Delay(Tick, cancellationToken);
            }

            _recoveries.Begin(fault, _ledger.InHand());
            var what = await injector.StrikeAsync(fault, cancellationToken);
            _recoveries.End(what);
            progress.Note(FormattableString.Invariant(
                $"{_clock.Elapsed.TotalSeconds,6:0.0} s  fault {fault.Number}: {FaultWords.Of(fault.Kind)}{(what.Length > 0 ? $": {what}" : "")}"));
        }
    }

    private async Task WaitAsync(ProgressDisplay progress, CancellationToken cancellationToken)
    {
        while (_ledger.FinishedCount < _options.Jobs)
        {
            progress.Report(_ledger.FinishedCount);
            if (_ledger.SinceChange > _options.Patience)
            {
                throw new TimeoutException($"nothing has moved for {Amount.Duration(_options.Patience.TotalSeconds)}; {_ledger.FinishedCount} of {_options.Jobs} jobs are at their end");
            }

            await Task.Delay(Tick * 4, cancellationToken);
        }
    }

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var revived in _trial.Fleet.Revive())
            {
                _console.Note(revived);
                AddEvent(revived);
            }

            long? inQueues = null;
            try
            {
                var counts = await _trial.Host.CountMessagesAsync(cancellationToken);
                inQueues = counts.Where(c => c.Key.StartsWith(Topology.WorkExchange + ".", StringComparison.Ordinal)).Sum(c => c.Value);
            }
            catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The broker is being restarted.
            }

            lock (_samples)
            {
                _samples.Add(new Sample(_clock.Elapsed.TotalSeconds, _ledger.AnsweredCount, _ledger.FinishedCount, inQueues));
            }

            await Task.Delay(SampleInterval, cancellationToken);
        }
    }

    // Should a report not have reached the run, the API tells of the end.
    private async Task AskAsync(HttpDoor http, CancellationToken cancellationToken)
    {
        const int AtOnce = 8;
        const int Most = 200;
        var old = TimeSpan.FromSeconds(10);
        while (true)
        {
            await Task.Delay(SampleInterval * 2, cancellationToken);
            await Parallel.ForEachAsync(
                _ledger.Unfinished(_clock.Elapsed - old, Most),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (job, token) =>
                {
                    if (await http.FindAsync(job, token) is { } record && record.State.IsTerminal())
                    {
                        _ledger.Ended(job.Id, record.State);
                    }
                });
        }
    }

    // The first end that the API shows of each job: whatever it shows later has to be the same.
    private async Task ReadUntilEndedAsync(HttpDoor http, CancellationToken cancellationToken)
    {
        var open = _ledger.Entries.Where(e => e.Submitted == Answer.Yes && e.Job.IsValid && e.FirstEnd is null).Select(e => e.Job).ToList();
        var watch = Stopwatch.StartNew();
        while (open.Count > 0 && watch.Elapsed < _options.Patience)
        {
            var records = await ReadAsync(http, open, cancellationToken);
            foreach (var (id, record) in records.Where(r => r.Value.State.IsTerminal()))
            {
                _ledger.Ended(id, record.State);
            }

            var before = open.Count;
            open = [.. open.Where(j => !records.TryGetValue(j.Id, out var record) || !record.State.IsTerminal())];
            if (open.Count < before)
            {
                watch.Restart();
            }

            await Task.Delay(Tick * 10, cancellationToken);
        }
    }

    // Until everything that was said has been heard, by the fleet and by the run.
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(CountsLag, cancellationToken);
        var watch = Stopwatch.StartNew();
        string[] queues = [Topology.SubmitQueue, Topology.EventsQueue, Topology.UnroutedQueue, Topology.DeadQueue, EventTap.Queue];
        while (watch.Elapsed < SetUpPatience)
        {
            var counts = await _trial.Host.CountMessagesAsync(cancellationToken);
            if (queues.All(q => counts.GetValueOrDefault(q) == 0))
            {
                return;
            }

            await Task.Delay(SampleInterval, cancellationToken);
        }

        AddEvent("the queues of submissions and events have not run dry");
    }

    private async Task<Evidence> GatherAsync(HttpDoor http, CancellationToken cancellationToken)
    {
        await using var rejected = await RejectedQueue.OpenAsync(_trial.Host.Broker, cancellationToken);
        return new Evidence
        {
            Jobs = _ledger.Entries,
            Records = await ReadAsync(http, _jobs, cancellationToken),
            Artifacts = await _trial.Artifacts.HashAsync(cancellationToken),
            Runs = Journals.Count(_trial.JournalFolder),
            Rejections = await rejected.ListAsync(int.MaxValue, cancellationToken),
        };
    }

    private static async Task<Dictionary<Guid, JobView>> ReadAsync(HttpDoor http, IReadOnlyList<PlannedJob> jobs, CancellationToken cancellationToken)
    {
        const int AtOnce = 8;
        var records = new JobView?[jobs.Count];
        await Parallel.ForAsync(
            0,
            jobs.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, token) => records[i] = await http.FindAsync(jobs[i], token));
        return records.OfType<JobView>().ToDictionary(r => r.Id);
    }

    private ChaosReport Conclude(DateTimeOffset startedAt, double seconds, Evidence evidence, HttpDoor http, Submitter submitter)
    {
        var oracle = Oracle.Judge(evidence);
        lock (_samples)
        {
            return new ChaosReport
            {
                Version = FleetVersion.Current,
                StartedAt = startedAt,
                Seconds = seconds,
                Jobs = _options.Jobs,
                Seed = _options.Seed,
                Coordinators = _options.Coordinators,
                Workers = _options.Workers,
                Lost = oracle.Lost,
                Duplicated = oracle.Duplicated,
                Findings = oracle.Findings,
                Outcomes = Outcomes.Of(evidence, oracle, _ledger, http, submitter),
                Faults = _recoveries.Strikes,
                NotPossible = FaultInjector.Impossible(_options).ToDictionary(i => FaultWords.Of(i.Key), i => i.Value),
                Events = [.. _events],
                Samples = [.. _samples.Where(s => s.At <= seconds + 1)],
            };
        }
    }

    private void Note(ProgressDisplay progress, string text)
    {
        progress.Note(text);
        AddEvent(text);
    }

    private void AddEvent(string text)
    {
        lock (_samples)
        {
            _events.Add(new Event(_clock.Elapsed.TotalSeconds, text));
        }
    }
}
