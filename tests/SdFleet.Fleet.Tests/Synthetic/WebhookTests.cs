using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.TestServers.Webhooks;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>Webhooks of jobs whose coordinator is killed, on a real broker and a real database, with real processes.</summary>
public sealed class WebhookTests
{
    private const int Jobs = 30;
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public async Task Kill_TheCoordinatorWhileItDelivers_EveryEndIsToldAndWhatWasInItsHandsAgainUnderItsId()
    {
        await using var inbox = await WebhookInbox.StartAsync();
        await using var fleet = await SyntheticFleet.StartAsync(
            server: null,
            ("SdFleet__Webhooks__AllowHttp", "true"),
            ("SdFleet__Webhooks__AllowPrivateAddresses", "true"),
            ("SdFleet__Webhooks__Tenants__default__Secret", Secret),
            ("SdFleet__Webhooks__Delivery__Interval", "00:00:00.05"),
            ("SdFleet__Webhooks__Delivery__PerReceiver", "1"),
            ("SdFleet__Webhooks__Delivery__Timeout", "00:00:20"));
        var isKilled = false;
        inbox.OnReceived = async (_, response) =>
        {
            // The fifth is taken, and the coordinator dies before it hears so.
            if (inbox.Received.Count == 5)
            {
                isKilled = true;
                fleet.Coordinator.Kill();
                await Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
            }
        };
        await fleet.StartWorkerAsync(TimeSpan.FromMilliseconds(1));
        var ids = new List<Guid>();
        for (var i = 0; i < Jobs; i++)
        {
            var job = new SubmitJob { Id = Guid.NewGuid(), Prompt = "p", Steps = 1, Webhook = new Webhook { Url = inbox.UrlOf("/") } };
            ids.Add(job.Id.Value);
            await fleet.SubmitAsync(job);
        }

        await inbox.WaitForAsync(5);
        Assert.NotEqual(0, await fleet.Coordinator.WaitForExitAsync());
        Assert.True(isKilled);
        await fleet.StartCoordinatorAsync();

        // All but the one that the dead one had claimed come at once; that one when its claim has run out, be it before the last of them.
        var received = await inbox.WaitForAsync(Jobs + 1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while ((await fleet.Store.ListWebhooksAsync(tenant: null, WebhookState.Pending, before: null, 1000, default)).Count > 0)
        {
            await Task.Delay(50, deadline.Token);
        }

        Assert.Equal(Jobs + 1, inbox.Received.Count);
        Assert.Equal(ids.Order(), received.Select(r => (Guid)r.Json["data"]!["id"]!).Distinct().Order());
        var twice = Assert.Single(received.GroupBy(r => r.Id), g => g.Count() == 2);
        Assert.Equal(received[4].Id, twice.Key);
        Assert.Equal(Convert.ToHexString(received[4].Body), Convert.ToHexString(twice.Last().Body));
        foreach (var id in ids)
        {
            Assert.Equal(JobState.Completed, (await fleet.Store.FindJobAsync(id, default))!.State);
        }

        var delivered = await fleet.Store.ListWebhooksAsync(tenant: null, WebhookState.Delivered, before: null, 1000, default);
        Assert.Equal(ids.Order(), delivered.Select(d => d.View.SubjectId).Order());
    }
}
