using System.Diagnostics;
using System.Text;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;
using SdFleet.Coordinator.Batching;
using SdFleet.Coordinator.Release;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Admission;

/// <summary>Checks submissions and puts them into the job store, or aside with a reason.</summary>
internal sealed partial class Admitter : IAsyncDisposable
{
    private const int MaxBatch = 1000;
    private const int KeptBodyLength = 16 * 1024;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(30);

    private readonly Batcher<NewJob, AdmitOutcome> _batcher;
    private readonly ModelCatalog _models;
    private readonly IJobStore _store;
    private readonly FleetPublisher _publisher;
    private readonly ReleaseSignal _release;
    private readonly TimeProvider _clock;
    private readonly ILogger<Admitter> _logger;

    public Admitter(
        ModelCatalog models, IJobStore store, FleetPublisher publisher, ReleaseSignal release, TimeProvider clock, ILogger<Admitter> logger)
    {
        _models = models;
        _store = store;
        _publisher = publisher;
        _release = release;
        _clock = clock;
        _logger = logger;
        _batcher = new Batcher<NewJob, AdmitOutcome>(MaxBatch, store.AdmitAsync);
    }

    /// <summary>Admits or rejects one message.</summary>
    /// <param name="body">The message as it came.</param>
    /// <param name="traceparent">What the job's attempts continue.</param>
    public async Task AdmitAsync(byte[] body, string? traceparent)
    {
        var now = _clock.GetUtcNow();
        var errors = new List<FieldError>();
        var submission = SubmissionReader.Read(body, SubmissionDoor.Broker, errors);
        var job = errors.Any(e => e.Field == SubmissionReader.Body) ? null : RecipeResolver.Resolve(submission, _models.Specs, now, errors);
        if (job is null || errors.Count > 0)
        {
            await RejectAsync(body, submission.Id, submission.Tenant, errors, now).ConfigureAwait(false);
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
                await RejectAsync(body, job.Id, job.Tenant, errors, now).ConfigureAwait(false);
                break;
            case AdmitResult.Duplicate:
                Count("duplicate");
                break;
        }
    }

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private static void Count(string result) =>
        CoordinatorMetrics.Submissions.Add(1, new KeyValuePair<string, object?>("sdfleet.admission", result));

    private async Task RejectAsync(byte[] body, Guid? id, string? tenant, List<FieldError> errors, DateTimeOffset now)
    {
        var rejection = new SubmissionRejected
        {
            JobId = id,
            Tenant = tenant,
            Errors = errors,
            Body = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, KeptBodyLength))),
            At = now,
        };
        if (id is not null)
        {
            await _store.RejectAsync([rejection], CancellationToken.None).ConfigureAwait(false);
        }

        using var deadline = new CancellationTokenSource(PublishTimeout, _clock);
        await _publisher.RejectAsync(rejection, deadline.Token).ConfigureAwait(false);
        Count("rejected");
        LogRejected(id, tenant, string.Join("; ", errors));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rejected a submission (id {Id}, tenant {Tenant}): {Errors}")]
    private partial void LogRejected(Guid? id, string? tenant, string errors);
}
