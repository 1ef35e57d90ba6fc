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
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Chaos;

/// <summary>
/// One run: a fleet of this build in processes of its own, jobs, faults, and the question what became of each job. Everything
/// that it makes (virtual host, database, container, processes, files) is its own, and is gone when it ends.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    // The management API counts every five seconds, where nobody has set it to less.
    private static readonly TimeSpan CountsLag = TimeSpan.FromSeconds(6);

    private readonly ChaosOptions _options;
    private readonly CliConsole _console;
    private readonly Trial _trial;
    private readonly Stopwatch _clock = new();
    private readonly IReadOnlyList<PlannedJob> _jobs;
    private readonly Ledger _ledger;
    private readonly FaultSeries _faults;
    private readonly Diary _diary;

    public ChaosRun(ChaosOptions options, CliConsole console)
    {
        _options = options;
        _console = console;
        _jobs = JobPlan.Draw(options.Seed, options.Jobs);
        _ledger = new Ledger(_jobs, _clock);
        _faults = new FaultSeries(options, _ledger, _clock);
        _ledger.Finished = _faults.Finished;
        _diary = new Diary(_clock);
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
        var records = new JobRecords(http, _ledger);
        var tap = new EventTap(_trial.Host.Broker, _ledger);
        _clock.Start();
        var background = new List<Task> { tap.RunAsync(ending.Token) };
        try
        {
            await tap.Listening.WaitAsync(Trial.SetUpPatience, cancellationToken);
            background.Add(_trial.WatchAsync(duration: null, SampleInterval, Revived, SampleAsync, ending.Token));
            background.Add(records.AskAsync(_clock, ending.Token));
            var submitter = new Submitter(_jobs, _ledger, http, _trial.Host.Broker, _faults.Allowed);
            await WorkAsync(submitter, background, cancellationToken);
            var seconds = _clock.Elapsed.TotalSeconds;

            _console.Note("All submitted and done; looking at every record and every picture...");
            await records.ReadUntilEndedAsync(_options.Patience, cancellationToken);
            await SettleAsync(cancellationToken);
            if (_options.BeforeCheck is { } before)
            {
                await before(new ChaosScene(_jobs, _trial.Host.Broker, _trial.JobStore, _trial.Artifacts.Place), cancellationToken);
                await SettleAsync(cancellationToken);
            }

            var evidence = await GatherAsync(records, cancellationToken);
            var report = Conclude(startedAt, seconds, evidence, http, submitter);
            await new ReportFolder(_options.Folder, _console).WriteAsync(report, [_trial.Logs, _trial.JournalFolder], cancellationToken);
            return report;
        }
        finally
        {
            await ending.CancelAsync();
            await Quietly.RunAsync(() => Task.WhenAll(background), Trial.CleanUpPatience);
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

    // Until every job has come to an end, or nothing moves any more.
    private async Task WorkAsync(Submitter submitter, List<Task> background, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var progress = new ProgressDisplay(_console, "Jobs", _options.Jobs);
        var injector = new FaultInjector(_options, _trial.Fleet, _trial.Host, _trial.Database, _trial.Artifacts.Proxy);
        var work = new List<Task> { submitter.RunAsync(giveUp.Token), _faults.RunAsync(injector, progress.Note, giveUp.Token), WaitAsync(progress, giveUp.Token) };
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
            progress.Note(e.Message);
            _diary.Happened(e.Message);
        }
        finally
        {
            await giveUp.CancelAsync();
            await Quietly.RunAsync(() => Task.WhenAll(work), Trial.CleanUpPatience);
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

            await Task.Delay(Tick, cancellationToken);
        }
    }

    private void Revived(string what)
    {
        _console.Note(what);
        _diary.Happened(what);
    }

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        long? inQueues = null;
        try
        {
            var counts = await _trial.Host.CountMessagesAsync(cancellationToken);
            inQueues = counts.Where(c => c.Key.StartsWith(Topology.WorkExchange + ".", StringComparison.Ordinal)).Sum(c => c.Value);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            // The broker is being restarted.
        }

        _diary.Stands(_ledger.AnsweredCount, _ledger.FinishedCount, inQueues);
    }

    // Until everything that was said has been heard, by the fleet and by the run.
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(CountsLag, cancellationToken);
        var watch = Stopwatch.StartNew();
        string[] queues = [Topology.SubmitQueue, Topology.EventsQueue, Topology.UnroutedQueue, Topology.DeadQueue, EventTap.Queue];
        while (watch.Elapsed < Trial.SetUpPatience)
        {
            try
            {
                var counts = await _trial.Host.CountMessagesAsync(cancellationToken);
                if (queues.All(q => counts.GetValueOrDefault(q) == 0))
                {
                    return;
                }
            }
            catch (Exception e) when (IsNoAnswer(e, cancellationToken))
            {
                // It is asked again: a broker that is busy may be late.
            }

            await Task.Delay(SampleInterval, cancellationToken);
        }

        _diary.Happened("the queues of submissions and events have not run dry");
    }

    private static bool IsNoAnswer(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<Evidence> GatherAsync(JobRecords records, CancellationToken cancellationToken)
    {
        await using var rejected = await RejectedQueue.OpenAsync(_trial.Host.Broker, cancellationToken);
        return new Evidence
        {
            Jobs = _ledger.Entries,
            Records = await records.ReadAsync(_jobs, cancellationToken),
            Artifacts = await _trial.Artifacts.HashAsync(cancellationToken),
            Runs = Journals.Count(_trial.JournalFolder),
            Rejections = await rejected.ListAsync(int.MaxValue, cancellationToken),
        };
    }

    private ChaosReport Conclude(DateTimeOffset startedAt, double seconds, Evidence evidence, HttpDoor http, Submitter submitter)
    {
        var oracle = Oracle.Judge(evidence);
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
            Faults = _faults.Strikes,
            NotPossible = FaultInjector.Impossible(_options).ToDictionary(i => FaultWords.Of(i.Key), i => i.Value),
            Events = _diary.Events,
            Samples = _diary.SamplesUntil(seconds + 1),
        };
    }
}
