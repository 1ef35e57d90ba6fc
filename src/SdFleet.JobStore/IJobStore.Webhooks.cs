using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore;

/// <content>
/// Deliveries to webhooks. Each is written with the end of its job or batch, in one transaction, so that none is lost and none
/// is there without its end; it is claimed for a while, sent, and recorded. Several coordinators send what any of them, or the API, has
/// written, each with its own clock: what is due, and until when it is claimed, goes by the one that all of them ask (<see cref="GetTimeAsync"/>).
/// </content>
public partial interface IJobStore
{
    /// <summary>The time by the store's own clock: the database server's, or this machine's where the store is a file.</summary>
    Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken);

    /// <summary>Receivers for whom something is due, those who have waited longest first.</summary>
    /// <param name="now">What is due by then, by the store's clock.</param>
    /// <param name="perTenant">Most receivers of one tenant, so that one with very many does not hide the others'.</param>
    /// <param name="max">Most receivers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<WebhookReceiver>> ListDueReceiversAsync(DateTimeOffset now, int perTenant, int max, CancellationToken cancellationToken);

    /// <summary>
    /// Takes what is due for a receiver, the longest due first. Nobody else is given it before <paramref name="lease"/> is over;
    /// then it is due again, as whoever took it has died or hangs. <paramref name="now"/> is by the store's clock.
    /// </summary>
    Task<IReadOnlyList<ClaimedWebhook>> ClaimWebhooksAsync(
        WebhookReceiver receiver, int max, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Records what came of attempts. A success counts whichever attempt it comes from; a failure only while nobody has claimed
    /// the delivery anew. What was delivered or given up stays so. Times are by the store's clock.
    /// </summary>
    Task RecordWebhooksAsync(IReadOnlyList<WebhookOutcome> outcomes, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>One delivery, or null.</summary>
    Task<WebhookSnapshot?> FindWebhookAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Deliveries, the newest first.</summary>
    /// <param name="tenant">Only this tenant's; null for all.</param>
    /// <param name="state">Only those that stand so; null for all.</param>
    /// <param name="before">Only those before this place in the order of writing; null for the newest.</param>
    /// <param name="max">Most deliveries.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<WebhookSnapshot>> ListWebhooksAsync(
        string? tenant, WebhookState? state, long? before, int max, CancellationToken cancellationToken);

    /// <summary>Makes a delivery due at once, whatever has become of it, with all its attempts before it again. Its id stays.</summary>
    /// <returns>False where there is none.</returns>
    Task<bool> RetryWebhookAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Forgets deliveries that were delivered or given up before <paramref name="endedBefore"/>.</summary>
    /// <returns>How many.</returns>
    Task<int> ForgetWebhooksAsync(DateTimeOffset endedBefore, CancellationToken cancellationToken);
}
