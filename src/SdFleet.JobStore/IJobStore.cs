using SdFleet.Contracts.Api;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore;

/// <summary>
/// The state of every job, picture and worker. Operations take lists, so that a coordinator pays for one transaction where it
/// has many things to say; each list is one transaction: all of it, or nothing. Everything can be repeated, and several
/// coordinators may work on one store. Time comes in from outside. Trouble with the database is a <see cref="JobStoreException"/>.
/// </summary>
/// <remarks>
/// An attempt is alive while its job is <see cref="JobState.Released"/> or <see cref="JobState.Running"/> with that attempt's
/// number. A job never leaves <see cref="JobState.Cancelled"/> and <see cref="JobState.Rejected"/>, and <see cref="JobState.Completed"/>
/// and <see cref="JobState.Failed"/> only by <see cref="ReopenAsync"/>.
/// </remarks>
public partial interface IJobStore : IAsyncDisposable
{
    /// <summary>Brings the database to this program's schema. Several programs may do it at once.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Asks the database for a sign of life, and throws where there is none.</summary>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>Admits jobs, in the order of the list. Outcomes come in the same order.</summary>
    Task<IReadOnlyList<AdmitOutcome>> AdmitAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// Records rejected submissions that have an id, so that whoever asks for that id learns why. Never touches a job that is there.
    /// </summary>
    /// <returns>How many were recorded.</returns>
    Task<int> RejectAsync(IReadOnlyList<SubmissionRejected> rejections, CancellationToken cancellationToken);

    /// <summary>
    /// Tries whether the store admits anything: admits a job that nothing is wrong with, and takes it back before anybody sees it. Whoever
    /// was refused learns so whether it was he alone.
    /// </summary>
    /// <param name="model">The refused job's, so that the trial meets the same counters; empty for that of rejected submissions.</param>
    /// <param name="lane">The same.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="JobStoreException">It admits nobody's jobs.</exception>
    Task TryAdmissionAsync(string model, Lane lane, CancellationToken cancellationToken);

    /// <summary>
    /// Takes queued jobs of a model's lane, at most <paramref name="max"/>, and begins an attempt at each. No job is given to two
    /// callers. Tenants share by weight what their jobs cost (<see cref="RecipeWork.PixelPasses"/> of every picture, and of every one that a
    /// filter had drawn again, charged once the job is done); what one does
    /// not use goes to the others, and nobody saves anything up. Among a tenant's own jobs the oldest goes first, and one that
    /// waits after a failure keeps its place in the order of admission. Jobs of paused models, tenants and batches stay where they are.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="max">Most jobs.</param>
    /// <param name="now">Jobs whose next attempt is due by then are free.</param>
    /// <param name="lease">
    /// How long the attempt may stay without a sign of life. The message waits in its work queue while the workers are busy,
    /// and nobody renews the lease of a waiting message: it must be several times what the released window takes to run.
    /// </param>
    /// <param name="weights">The tenants' shares.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The jobs in the order of their turns.</returns>
    Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(
        string model, Lane lane, int max, DateTimeOffset now, TimeSpan lease, TenantWeights weights, CancellationToken cancellationToken);

    /// <summary>The same with equal shares.</summary>
    Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(
        string model, Lane lane, int max, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken) =>
        ReleaseAsync(model, lane, max, now, lease, TenantWeights.Equal, cancellationToken);

    /// <summary>
    /// Puts released attempts that could not be published back, as neither failure nor eviction. Their numbers are not used
    /// again, as the broker may have taken a message that it did not confirm.
    /// </summary>
    /// <returns>How many went back; an attempt that has started in the meantime stays as it is.</returns>
    Task<int> ReturnAsync(IReadOnlyList<HeldAttempt> attempts, CancellationToken cancellationToken);

    /// <summary>
    /// Processes what workers reported, which may come in any order, twice, or much too late. Outcomes come in the order of
    /// the list.
    /// </summary>
    /// <param name="events">The reports.</param>
    /// <param name="policy">Decides what follows from a failure.</param>
    /// <param name="now">Waits and leases count from then.</param>
    /// <param name="lease">How long a running attempt may stay without a sign of life: a few heartbeats.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<EventOutcome>> ApplyAsync(
        IReadOnlyList<JobEvent> events, RetryPolicy policy, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Keeps the workers' newest heartbeats and renews the leases of the attempts they hold.</summary>
    /// <param name="heartbeats">The heartbeats; one that is older than what is stored does nothing.</param>
    /// <param name="now">Leases count from then.</param>
    /// <param name="lease">How long a worker and its running attempts count as alive after this: a few heartbeats.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The held attempts that are over (cancelled, superseded, finished): their workers may stop.</returns>
    Task<IReadOnlyList<UnwantedAttempt>> RecordHeartbeatsAsync(
        IReadOnlyList<WorkerHeartbeat> heartbeats, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Ends attempts whose lease is over, the longest overdue first, at most <paramref name="max"/>: those that ran as evicted;
    /// those that nobody started go back to the queue and are counted as nothing.
    /// </summary>
    Task<IReadOnlyList<ExpiredAttempt>> ExpireLeasesAsync(
        RetryPolicy policy, DateTimeOffset now, int max, CancellationToken cancellationToken);

    /// <summary>Cancels jobs that have not reached their end. Outcomes come in the order of the list.</summary>
    Task<IReadOnlyList<CancelOutcome>> CancelAsync(
        IReadOnlyList<Guid> jobIds, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>One job with its pictures, or null.</summary>
    Task<JobSnapshot?> FindJobAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>One finished picture, or null.</summary>
    Task<ImageRecord?> FindImageAsync(Guid jobId, int index, CancellationToken cancellationToken);

    /// <summary>The workers that have been heard of, by id.</summary>
    Task<IReadOnlyList<WorkerView>> ListWorkersAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Forgets workers that have not been heard of since <paramref name="lastSeenBefore"/>; each start of a worker makes a new one.</summary>
    /// <returns>How many.</returns>
    Task<int> ForgetWorkersAsync(DateTimeOffset lastSeenBefore, CancellationToken cancellationToken);

    /// <summary>Jobs per model, lane and state, from counters: cheap however many jobs there are.</summary>
    Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Jobs of a model that are released or running, from the same counters.</summary>
    Task<long> InFlightAsync(string model, CancellationToken cancellationToken);

    /// <summary>
    /// The manifest: every picture of the completed jobs in order of admission, then of index. Read page by page, so that it
    /// may be as long as it likes and writers are not held up; a job that completes while it is read may or may not be in it.
    /// </summary>
    /// <param name="jobIds">Only these jobs; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncEnumerable<ManifestRecord> ReadManifestAsync(IReadOnlyCollection<Guid>? jobIds, CancellationToken cancellationToken);
}
