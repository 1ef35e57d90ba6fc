using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Coordinator.Batching;
using SdFleet.Coordinator.Release;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Webhooks;
using SdFleet.JobStore;
using SdFleet.Storage;
using SdFleet.Storage.Inputs;

namespace SdFleet.Coordinator.Admission;

/// <summary>Checks submissions and puts them into the job store, or aside with a reason.</summary>
internal sealed partial class Admitter : IAsyncDisposable
{
    private const int MaxBatch = 1000;
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(30);

    private readonly Batcher<NewJob, AdmitOutcome> _batcher;
    private readonly AdmissionTrial _trial;
    private readonly ModelCatalog _models;
    private readonly IJobStore _store;
    private readonly IArtifactStore _artifacts;
    private readonly FleetPublisher _publisher;
    private readonly PublisherOptions _publishers;
    private readonly WebhookOptions _webhooks;
    private readonly ReleaseSignal _release;
    private readonly TimeProvider _clock;
    private readonly ILogger<Admitter> _logger;

    public Admitter(
        ModelCatalog models,
        IJobStore store,
        IArtifactStore artifacts,
        FleetPublisher publisher,
        IOptions<PublisherOptions> publishers,
        IOptions<WebhookOptions> webhooks,
        ReleaseSignal release,
        TimeProvider clock,
        ILogger<Admitter> logger)
    {
        _publishers = publishers.Value;
        _webhooks = webhooks.Value;
        _models = models;
        _store = store;
        _artifacts = artifacts;
        _publisher = publisher;
        _release = release;
        _clock = clock;
        _logger = logger;
        _trial = new AdmissionTrial((model, lane) => store.TryAdmissionAsync(model, lane, CancellationToken.None), clock);
        _batcher = new Batcher<NewJob, AdmitOutcome>(MaxBatch, pauseAfter: null, store.AdmitAsync, RefusesAllAsync);
    }

    /// <summary>Admits or rejects one message.</summary>
    /// <param name="body">The message as it came.</param>
    /// <param name="traceparent">What the job's attempts continue.</param>
    /// <param name="user">The broker's user who published it; null where the message does not say.</param>
    public async Task AdmitAsync(byte[] body, string? traceparent, string? user)
    {
        var now = _clock.GetUtcNow();
        var errors = new List<FieldError>();
        var submission = SubmissionReader.Read(body, SubmissionDoor.Broker, errors);
        var isReadable = !errors.Any(e => e.Field == SubmissionReader.Body);
        var job = isReadable ? RecipeResolver.Resolve(submission, _models.Specs, now, errors) : null;
        if (isReadable && _publishers.Check(user, submission.Tenant ?? RecipeResolver.DefaultTenant) is { } notAllowed)
        {
            // Under somebody else's id or not: a stranger's message leaves no trace in the job store.
            errors.Add(notAllowed);
            await PutAsideAsync(Rejection(body, submission, errors, now)).ConfigureAwait(false);
            return;
        }

        errors.AddRange(_webhooks.Check(submission.Tenant ?? RecipeResolver.DefaultTenant, submission.Webhook));
        if (job is not null && errors.Count == 0)
        {
            var missing = await FindMissingInputsAsync(job).ConfigureAwait(false);

            // Of a job that was admitted before, the pictures may be gone by now; the store tells whether it is the same one.
            if (missing.Count > 0 && await _store.FindJobAsync(job.Id, CancellationToken.None).ConfigureAwait(false) is null or { State: JobState.Rejected })
            {
                errors.AddRange(missing);
            }
        }

        if (job is null || errors.Count > 0)
        {
            await RejectAsync(Rejection(body, submission, errors, now)).ConfigureAwait(false);
            return;
        }

        Activity.Current?.SetTag("sdfleet.job.id", job.Id);
        var outcome = await _batcher.ProcessAsync(new NewJob
        {
            Job = job,
            ArtifactFolder = ArtifactName.DayFolder(job.SubmittedAt),
            Digest = JobDigest.Of(job),
            AdmittedAt = now,
            Traceparent = traceparent,
        }).ConfigureAwait(false);
        Activity.Current?.SetTag("sdfleet.admission", outcome.Result);

        switch (outcome.Result)
        {
            case AdmitResult.Admitted:
                Count("admitted");
                _release.Set();
                break;
            case AdmitResult.Conflict:
                errors.Add(new FieldError("id", job.Id.ToString(), "an id that no other job has; this one belongs to a different submission"));
                await RejectAsync(Rejection(body, submission, errors, now)).ConfigureAwait(false);
                break;
            case AdmitResult.Duplicate:
                Count("duplicate");
                break;
        }
    }

    /// <summary>Tries whether the store admits others than a submission that it has refused: jobs of the same model and lane.</summary>
    /// <param name="body">The submission's message.</param>
    /// <param name="stopping">Ends the waiting for the answer.</param>
    /// <exception cref="JobStoreException">It admits nobody's.</exception>
    public Task TryOthersAsync(byte[] body, CancellationToken stopping)
    {
        var errors = new List<FieldError>();
        var submission = SubmissionReader.Read(body, SubmissionDoor.Broker, errors);
        var job = errors.Count > 0 ? null : RecipeResolver.Resolve(submission, _models.Specs, _clock.GetUtcNow(), errors);
        return TryAsync(job, stopping);
    }

    // Without a job it was refused as a rejected one, which has neither model nor lane.
    private Task TryAsync(ResolvedJob? job, CancellationToken stopping) =>
        _trial.RunAsync(job?.Recipe.Model ?? "", job?.Lane ?? Lane.Normal).WaitAsync(stopping);

    // Each model and lane for itself: a list may have jobs of one that is refused and of others that are not.
    private async Task<bool> RefusesAllAsync(IReadOnlyList<NewJob> jobs)
    {
        foreach (var job in jobs.Select(j => j.Job).DistinctBy(j => (j.Recipe.Model, j.Lane)))
        {
            try
            {
                await TryAsync(job, CancellationToken.None).ConfigureAwait(false);
                return false;
            }
            catch (JobStoreException)
            {
                // None of this kind is admitted.
            }
        }

        return true;
    }

    // A store that is away keeps nothing from being admitted: the worker looks again.
    private async Task<IReadOnlyList<FieldError>> FindMissingInputsAsync(ResolvedJob job)
    {
        using var deadline = new CancellationTokenSource(LookTimeout, _clock);
        try
        {
            return await _artifacts.FindMissingInputsAsync(job, _clock.GetUtcNow(), deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            LogNotLooked(job.Id, "the artifact store does not answer");
            return [];
        }
        catch (ArtifactStoreException e)
        {
            LogNotLooked(job.Id, e.Message);
            return [];
        }
    }

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private static void Count(string result) =>
        CoordinatorMetrics.Submissions.Add(1, new KeyValuePair<string, object?>("sdfleet.admission", result));

    /// <summary>Puts a submission aside that the broker could not get admitted, or that the job store refuses.</summary>
    public async Task GiveUpAsync(byte[] body, string reason)
    {
        var errors = new List<FieldError>();
        var submission = SubmissionReader.Read(body, SubmissionDoor.Broker, errors);
        errors.Add(new FieldError("message", reason, "a message that the coordinator can process; its log says what went wrong"));
        var rejection = Rejection(body, submission, errors, _clock.GetUtcNow());
        try
        {
            await RecordAsync(rejection).ConfigureAwait(false);
        }
        catch (JobStoreException e) when (!e.IsTransient)
        {
            // What the store refuses as a job it may refuse as a rejected one: the queue has it, with the reason. Unless it refuses everybody.
            await TryAsync(job: null, CancellationToken.None).ConfigureAwait(false);
            LogNotRecorded(rejection.JobId, e.Message);
        }

        await PutAsideAsync(rejection).ConfigureAwait(false);
    }

    private static SubmissionRejected Rejection(byte[] body, SubmitJob submission, IReadOnlyList<FieldError> errors, DateTimeOffset now) => new()
    {
        JobId = submission.Id,
        Tenant = submission.Tenant,
        Errors = errors,
        Body = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, SubmissionReader.MaxBytes))),
        At = now,
    };

    private async Task RejectAsync(SubmissionRejected rejection)
    {
        await RecordAsync(rejection).ConfigureAwait(false);
        await PutAsideAsync(rejection).ConfigureAwait(false);
    }

    private Task RecordAsync(SubmissionRejected rejection) =>
        rejection.JobId is null ? Task.CompletedTask : _store.RejectAsync([rejection], CancellationToken.None);

    private async Task PutAsideAsync(SubmissionRejected rejection)
    {
        using var deadline = new CancellationTokenSource(PublishTimeout, _clock);
        await _publisher.RejectAsync(rejection, deadline.Token).ConfigureAwait(false);
        Count("rejected");
        LogRejected(rejection.JobId, rejection.Tenant, string.Join("; ", rejection.Errors));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Id} is admitted without a look for its pictures: {Reason}")]
    private partial void LogNotLooked(Guid id, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rejection of job {Id} is in the queue only: {Reason}")]
    private partial void LogNotRecorded(Guid? id, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rejected a submission (id {Id}, tenant {Tenant}): {Errors}")]
    private partial void LogRejected(Guid? id, string? tenant, string errors);
}
