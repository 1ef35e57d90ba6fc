using System.Security.Cryptography;
using System.Text;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore;
using SdFleet.TestServers.Webhooks;

namespace SdFleet.Coordinator.Tests.Webhooks;

/// <summary>A coordinator that may call this machine, and somebody here who takes its webhooks.</summary>
internal sealed class WebhookFixture : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private WebhookFixture(CoordinatorFixture coordinator, WebhookInbox receiver)
    {
        Coordinator = coordinator;
        Receiver = receiver;
    }

    public CoordinatorFixture Coordinator { get; }

    public WebhookInbox Receiver { get; }

    public IJobStore Store => Coordinator.Store;

    /// <summary>Settings that let webhooks of a few tenants go to this machine.</summary>
    public static (string Key, string Value)[] Settings { get; } =
    [
        ("SdFleet:Webhooks:AllowHttp", "true"),
        ("SdFleet:Webhooks:AllowPrivateAddresses", "true"),
        ("SdFleet:Webhooks:Tenants:acme:Secret", Secret),
        ("SdFleet:Webhooks:Tenants:globex:Secret", Secret),
        ("SdFleet:Webhooks:Delivery:Interval", "00:00:00.02"),
        ("SdFleet:Webhooks:Delivery:BaseDelay", "00:00:00.05"),
    ];

    public static async Task<WebhookFixture> StartAsync(params (string Key, string Value)[] settings)
    {
        var receiver = await WebhookInbox.StartAsync();
        return new WebhookFixture(await CoordinatorFixture.StartAsync([.. Settings, .. settings]), receiver);
    }

    public static NewJob Job(string url, string tenant = "acme", params WebhookEvent[] events)
    {
        var id = Guid.NewGuid();
        var job = new ResolvedJob
        {
            Id = id,
            Tenant = tenant,
            Lane = Lane.Normal,
            Images = 2,
            Webhook = new Webhook { Url = url, Events = events.Length == 0 ? null : events },
            SubmittedAt = DateTimeOffset.UnixEpoch,
            Recipe = new Recipe { Model = "none", Prompt = "p", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 7 },
        };
        return new NewJob { Job = job, ArtifactFolder = "2026-01-31", Digest = JobDigest.Of(job), AdmittedAt = DateTimeOffset.UtcNow };
    }

    /// <summary>Jobs that have come to an end: cancelled, as that needs no worker.</summary>
    public static async Task<IReadOnlyList<Guid>> EndAsync(IJobStore store, IEnumerable<NewJob> jobs)
    {
        List<NewJob> all = [.. jobs];
        await store.AdmitAsync(all, default);
        var ids = all.ConvertAll(j => j.Job.Id);
        await store.CancelAsync(ids, DateTimeOffset.UtcNow, default);
        return ids;
    }

    public async Task<Guid> EndAsync(string url, string tenant = "acme") => (await EndAsync(Store, [Job(url, tenant)])).Single();

    /// <summary>What the header of a delivery must be, worked out by hand.</summary>
    public static string SignatureOf(ReceivedWebhook webhook, string secret)
    {
        var signed = Encoding.UTF8.GetBytes($"{webhook.Id}.{webhook.Headers["webhook-timestamp"]}.").Concat(webhook.Body).ToArray();
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed));
    }

    public async Task<WebhookView> UntilAsync(Guid subject, Func<WebhookView, bool> condition)
    {
        WebhookView? found = null;
        await CoordinatorFixture.UntilAsync(
            async () =>
            {
                found = (await Store.ListWebhooksAsync(null, null, null, 1000, default)).Select(w => w.View).SingleOrDefault(w => w.SubjectId == subject);
                return found is not null && condition(found);
            },
            $"the webhook of {subject}: {found}");
        return found!;
    }

    public Task<WebhookView> UntilAsync(Guid subject, WebhookState state) => UntilAsync(subject, w => w.State == state);

    public async ValueTask DisposeAsync()
    {
        await Coordinator.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
