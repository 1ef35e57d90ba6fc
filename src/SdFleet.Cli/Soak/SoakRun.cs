using System.Diagnostics;
using SdFleet.Cli.Chaos;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Cli.Client;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;
using SdFleet.Cli.Soak.Report;
using SdFleet.Contracts.Webhooks;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Soak;

/// <summary>One soak: a fleet of this build in processes of its own, a steady rate of jobs, and the question what goes on growing.</summary>
internal sealed class SoakRun : IAsyncDisposable
{
    // Of so many jobs one tells of its end.
    private const int JobsAWebhook = 5;
    private const double SamplesARun = 240;

    // A service that does little seldom collects, and its oldest garbage hardly ever within a run: what grows by that is no leak.
    private const int CollectionsARun = 24;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly SoakOptions _options;
    private readonly CliConsole _console;
    private readonly Trial _trial;
    private readonly Stopwatch _clock = new();
    private readonly List<SoakSample> _samples = [];
    private readonly List<string> _troubles = [];
    private TimeSpan _nextCollection;
    private bool _canCollect = true;

    public SoakRun(SoakOptions options, CliConsole console)
    {
        _options = options;
        _console = console;
        _trial = new Trial("soak", options.Servers, console);
    }

    /// <summary>Does all of it, and writes the report.</summary>
    public async Task<SoakReport> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = _console.Time.GetUtcNow();
        var keys = JobPlan.Tenants.ToDictionary(t => t, _ => ApiKey.Create());
        await using var receiver = await WebhookReceiver.StartAsync(cancellationToken);
        var jobs = Jobs(receiver.Webhook);
        var ledger = new Ledger(jobs, _clock);
        await _trial.StartAsync(_options.Coordinators, _options.Workers, keys, hasBlobProxy: false, Webhooks(), cancellationToken);

        using var http = new HttpDoor(_trial.Fleet.Api.Address, keys);
        using var client = new FleetClient(_trial.Fleet.Api.Address, keys[JobPlan.Tenants[0]].Text, _console.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tap = new EventTap(_trial.Host.Broker, ledger);
        var background = new List<Task> { tap.RunAsync(ending.Token) };
        try
        {
            await tap.Listening.WaitAsync(Trial.SetUpPatience, cancellationToken);
            var batches = new SoakBatches(client, receiver.Webhook, Path.Combine(_trial.Logs, "batch.txt"));
            _clock.Start();
            if (_options.Meanwhile is { } meanwhile)
            {
                background.Add(meanwhile(_trial, ending.Token));
            }

            var submitter = new Submitter(jobs, ledger, http, _trial.Host.Broker, () => Math.Min(jobs.Count, (int)(_clock.Elapsed.TotalSeconds * _options.Rate) + 1));
            var sampler = new SoakSampler(_trial);
            var isSubmitted = false;
            await Together.RunAsync(
                [
                    token => WatchAsync(sampler, ledger, token),
                    async token => isSubmitted = await SubmitAsync(submitter, token),
                    token => batches.RunAsync(_options.Duration, token),
                ],
                ending.Token);
            if (!isSubmitted)
            {
                _troubles.Add($"submissions did not come to their end within {Amount.Duration(_options.Patience.TotalSeconds)} after the last was due");
            }

            await EndAsync(ledger, cancellationToken);
            _troubles.AddRange(await batches.EndAsync(_options.Patience, cancellationToken));
            await WebhooksAsync(receiver, cancellationToken);
            var report = new SoakReport
            {
                Version = FleetVersion.Current,
                StartedAt = startedAt,
                Seconds = _options.Duration.TotalSeconds,
                Rate = _options.Rate,
                Seed = _options.Seed,
                Coordinators = _options.Coordinators,
                Workers = _options.Workers,
                MaxGrowth = _options.MaxGrowth,
                Jobs = jobs.Count,
                Batches = batches.Submitted,
                Webhooks = receiver.Taken,
                Troubles = _troubles,
                Trends = TrendJudge.Judge(_samples, sampler.Lines, _options.Duration.TotalSeconds, _options.MaxGrowth),
                Samples = _samples,
            };
            await new SoakFolder(_options.Folder, _console).WriteAsync(report, _trial.Logs, cancellationToken);
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

    // The fault suite's jobs: both doors, all lanes, some cancelled, some repeated, some refused.
    private List<PlannedJob> Jobs(Webhook webhook) =>
    [
        .. JobPlan.Draw(_options.Seed, Math.Max(1, (int)(_options.Duration.TotalSeconds * _options.Rate)))
            .Select(job => job.Number % JobsAWebhook == 0 ? job with { Webhook = webhook } : job),
    ];

    private static Dictionary<string, string> Webhooks()
    {
        var settings = new Dictionary<string, string>
        {
            ["SdFleet__Webhooks__AllowHttp"] = "true",
            ["SdFleet__Webhooks__AllowPrivateAddresses"] = "true",
        };
        foreach (var tenant in JobPlan.Tenants)
        {
            settings[$"SdFleet__Webhooks__Tenants__{tenant}__Secret"] = WebhookSecret.Create().Text;
        }

        return settings;
    }

    // Some submissions wait for what the fleet does with an earlier one. One that does nothing any more is to be reported, not waited for.
    private async Task<bool> SubmitAsync(Submitter submitter, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(_options.Duration + _options.Patience);
        try
        {
            await submitter.RunAsync(late.Token);
            return true;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task WatchAsync(SoakSampler sampler, Ledger ledger, CancellationToken cancellationToken)
    {
        var interval = TimeSpan.FromTicks(Math.Clamp((_options.Duration / SamplesARun).Ticks, ShortestInterval.Ticks, LongestInterval.Ticks));
        using var progress = new ProgressDisplay(_console, "Seconds", (int)_options.Duration.TotalSeconds);
        await _trial.WatchAsync(
            _options.Duration,
            interval,
            revived =>
            {
                progress.Note(revived);
                _troubles.Add(revived);
            },
            async token =>
            {
                await CollectAsync(token);
                _samples.Add(await sampler.TakeAsync(_clock.Elapsed.TotalSeconds, token));
                progress.Report((int)_clock.Elapsed.TotalSeconds, label: $"Seconds ({Amount.Plural(ledger.FinishedCount, "job")} done)");
            },
            cancellationToken);
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        if (!_canCollect || _clock.Elapsed < _nextCollection)
        {
            return;
        }

        _nextCollection = _clock.Elapsed + (_options.Duration / CollectionsARun);
        foreach (var member in _trial.Fleet.Members)
        {
            // One that has just ended cannot be asked either; it is a trouble of its own.
            if (!await FullCollection.RequestAsync(member.ProcessId, cancellationToken) && !member.HasExited)
            {
                _canCollect = false;
                _console.Note($"{member.Name} does not collect its garbage when it is asked to: memory is judged with what waits to be collected.");
            }
        }
    }

    // A fleet that does nothing is flat as well.
    private async Task EndAsync(Ledger ledger, CancellationToken cancellationToken)
    {
        var all = ledger.Entries.Count;
        while (ledger.FinishedCount < all && ledger.SinceChange < _options.Patience)
        {
            await Task.Delay(Tick, cancellationToken);
        }

        if (all - ledger.FinishedCount is > 0 and var open)
        {
            _troubles.Add($"{Amount.Plural(open, "job")} did not come to an end within {Amount.Duration(_options.Patience.TotalSeconds)} after the last sign");
        }
    }

    // The first job and every batch ask for one, so none at all means that nothing is delivered. The last may come after its job's end.
    private async Task WebhooksAsync(WebhookReceiver receiver, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (receiver.Taken == 0 && waited.Elapsed < _options.Patience)
        {
            await Task.Delay(Tick, cancellationToken);
        }

        if (receiver.Taken == 0)
        {
            _troubles.Add("no webhook came");
        }
    }
}
