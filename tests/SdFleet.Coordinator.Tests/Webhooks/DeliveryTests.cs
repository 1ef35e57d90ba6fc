using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore;
using SdFleet.TestServers;
using SdFleet.TestServers.Webhooks;

namespace SdFleet.Coordinator.Tests.Webhooks;

public sealed class DeliveryTests
{
    [Fact]
    public async Task Completed_AJob_IsToldWithItsPicturesAndSigned()
    {
        await using var fleet = await WebhookFixture.StartAsync();
        var id = Guid.NewGuid();
        await fleet.Coordinator.Publisher.SubmitAsync(
            new SubmitJob { Id = id, Tenant = "acme", Prompt = "a red circle", Images = 2, Webhook = new Webhook { Url = fleet.Receiver.UrlOf("/hooks?a=b") } },
            CoordinatorFixture.Soon());
        await fleet.Coordinator.UntilReleasedAsync(1);
        var work = Assert.Single(fleet.Coordinator.Released);
        await fleet.Coordinator.Publisher.ReportAsync(CoordinatorFixture.Completion(work), CoordinatorFixture.Soon());

        var received = Assert.Single(await fleet.Receiver.WaitForAsync(1));

        Assert.Equal(("/hooks", "application/json"), (received.Path, received.Headers["content-type"]));
        Assert.Equal(DerivedId.ForWebhook(WebhookSubject.Job, id).ToString(), received.Id);
        Assert.Equal(WebhookFixture.SignatureOf(received, WebhookFixture.Secret), received.Headers["webhook-signature"]);
        var sent = DateTimeOffset.FromUnixTimeSeconds(long.Parse(received.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
        Assert.InRange(sent, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddSeconds(2));
        var (json, data) = (received.Json, received.Json["data"]!);
        Assert.Equal(("job.completed", 1), ((string?)json["type"], (int)json["version"]!));
        Assert.Equal((id, "acme", "completed", 2, 1), ((Guid)data["id"]!, (string?)data["tenant"], (string?)data["state"], (int)data["imageCount"]!, (int)data["attempts"]!));
        Assert.Equal(
            CoordinatorFixture.Completion(work).Images.Select(i => (i.Index, i.Artifact, i.Sha256, i.Bytes, i.Seed)),
            data["images"]!.AsArray().Select(i => ((int)i!["index"]!, (string)i["artifact"]!, (string)i["sha256"]!, (long)i["bytes"]!, (long)i["seed"]!)));
        Assert.Null(data["error"]);
        var view = await fleet.UntilAsync(id, WebhookState.Delivered);
        Assert.Equal((204, 1, 0, null), (view.Status, view.Attempts, view.Failures, view.Error));
    }

    [Fact]
    public async Task Failed_AJob_IsToldWithItsReason()
    {
        await using var fleet = await WebhookFixture.StartAsync();
        var id = Guid.NewGuid();
        await fleet.Coordinator.Publisher.SubmitAsync(
            new SubmitJob { Id = id, Tenant = "acme", Prompt = "p", Webhook = new Webhook { Url = fleet.Receiver.UrlOf("/"), Events = [WebhookEvent.Failed] } }, CoordinatorFixture.Soon());
        await fleet.Coordinator.UntilReleasedAsync(1);
        await fleet.Coordinator.Publisher.ReportAsync(
            new JobFailed { JobId = id, Attempt = 1, WorkerId = "w1", ErrorClass = ErrorClass.Permanent, Reason = "no such thing", At = DateTimeOffset.UnixEpoch }, CoordinatorFixture.Soon());

        var received = Assert.Single(await fleet.Receiver.WaitForAsync(1));

        Assert.Equal(("job.failed", "failed", "no such thing"), ((string?)received.Json["type"], (string?)received.Json["data"]!["state"], (string?)received.Json["data"]!["error"]));
        Assert.Empty(received.Json["data"]!["images"]!.AsArray());
    }

    [Fact]
    public async Task Completed_ABatch_IsToldOnceWithItsCounts()
    {
        await using var fleet = await WebhookFixture.StartAsync();
        var batch = await SubmitBatchAsync(fleet, new Webhook { Url = fleet.Receiver.UrlOf("/batch") }, "{\"prompt\":\"one\"}\nnot json\n{\"prompt\":\"three\",\"images\":2}\n");
        await fleet.Coordinator.UntilReleasedAsync(2);
        var works = fleet.Coordinator.Released.OrderBy(w => w.Images).ToList();
        await fleet.Coordinator.Publisher.ReportAsync(
            new JobFailed { JobId = works[0].JobId, Attempt = 1, WorkerId = "w1", ErrorClass = ErrorClass.Permanent, Reason = "no", At = DateTimeOffset.UtcNow }, CoordinatorFixture.Soon());
        await fleet.Coordinator.Publisher.ReportAsync(CoordinatorFixture.Completion(works[1]), CoordinatorFixture.Soon());

        var received = (await fleet.Receiver.WaitForAsync(1))[0];
        await fleet.UntilAsync(batch, WebhookState.Delivered);
        await Task.Delay(300);

        Assert.Single(fleet.Receiver.Received);
        var data = received.Json["data"]!;
        Assert.Equal(("batch.completed", DerivedId.ForWebhook(WebhookSubject.Batch, batch).ToString()), ((string?)received.Json["type"], received.Id));
        Assert.Equal((batch, "prompts", "acme", "completed"), ((Guid)data["id"]!, (string?)data["name"], (string?)data["tenant"], (string?)data["state"]));
        Assert.Equal(
            (3L, 1L, 1L, 1L, 0L, 2L),
            ((long)data["lines"]!, (long)data["badLines"]!, (long)data["completedJobs"]!, (long)data["failedJobs"]!, (long)data["cancelledJobs"]!, (long)data["imagesDone"]!));
    }

    [Fact]
    public async Task Sent_AsTheSampleForReceiversSays_IsAcceptedByIt()
    {
        var python = Sample();
        await using var fleet = await WebhookFixture.StartAsync();
        using var process = Process.Start(new ProcessStartInfo("python3", [python, "0"]) { RedirectStandardOutput = true, Environment = { ["WEBHOOK_SECRET"] = WebhookFixture.Secret } })!;
        try
        {
            var port = (await process.StandardOutput.ReadLineAsync(CoordinatorFixture.Soon()))!;
            var (first, second) = (await fleet.EndAsync($"http://127.0.0.1:{port}/"), await fleet.EndAsync($"http://127.0.0.1:{port}/"));

            string[] printed = [(await process.StandardOutput.ReadLineAsync(CoordinatorFixture.Soon()))!, (await process.StandardOutput.ReadLineAsync(CoordinatorFixture.Soon()))!];
            var delivered = await fleet.UntilAsync(first, WebhookState.Delivered);

            // Once more under the same id: the sample says that it has it, and keeps it to itself.
            Assert.True(await fleet.Store.RetryWebhookAsync(delivered.Id, DateTimeOffset.UtcNow, default));
            var again = await fleet.UntilAsync(first, w => w.State == WebhookState.Delivered && w.Attempts == 2);
            var third = await fleet.EndAsync($"http://127.0.0.1:{port}/");

            Assert.Equal(new[] { first, second }.Select(id => $"job.cancelled {id}").Order(), printed.Order());
            Assert.Equal(204, again.Status);
            Assert.Equal($"job.cancelled {third}", await process.StandardOutput.ReadLineAsync(CoordinatorFixture.Soon()));
        }
        finally
        {
            process.Kill();
        }
    }

    // The sample's own check, by itself, of what was really sent and of what somebody has changed.
    [Theory]
    [InlineData("as it came", "None")]
    [InlineData("body", "wrong signature")]
    [InlineData("id", "wrong signature")]
    [InlineData("secret", "wrong signature")]
    [InlineData("timestamp", "wrong signature")]
    [InlineData("late", "too old, or from the future")]
    public async Task Sample_WhatWasChangedOnTheWay_IsRefused(string change, string expected)
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Tenants:acme:Secret", $"{WebhookSecret.Create().Text} {WebhookFixture.Secret}"));
        await fleet.EndAsync(fleet.Receiver.UrlOf("/"));
        var received = Assert.Single(await fleet.Receiver.WaitForAsync(1));
        var headers = received.Headers.Where(h => h.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase)).ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value);
        var sent = long.Parse(headers["webhook-timestamp"], CultureInfo.InvariantCulture);
        headers["webhook-id"] = change == "id" ? Guid.NewGuid().ToString() : headers["webhook-id"];
        headers["webhook-timestamp"] = (change == "timestamp" ? sent + 1 : sent).ToString(CultureInfo.InvariantCulture);
        var input = JsonSerializer.Serialize(new
        {
            secret = change == "secret" ? WebhookSecret.Create().Text : WebhookFixture.Secret,
            headers,
            body = Convert.ToBase64String(change == "body" ? [.. received.Body, (byte)' '] : received.Body),
            now = change == "late" ? sent + 301 : sent + 299,
        });
        const string Program = "import sys, json, base64; sys.path.insert(0, sys.argv[1]); import verify_webhook; i = json.load(sys.stdin); print(verify_webhook.verify(i['secret'], i['headers'], base64.b64decode(i['body']), i['now']))";

        var answer = (await ChildProcess.RunAsync(Path.GetTempPath(), "python3", ["-B", "-c", Program, Path.GetDirectoryName(Sample())!], input)).Succeeded();

        Assert.Equal(expected, answer.Trim());
        Assert.Equal(2, received.Headers["webhook-signature"].Split(' ').Length);
    }

    [Fact]
    public async Task Answer_500ThenSilenceThen200_IsTriedAgainUnderTheSameIdWithTheSameBody()
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Delivery:Timeout", "00:00:10"));
        fleet.Receiver.OnReceived = async (_, response) =>
        {
            switch (fleet.Receiver.Received.Count)
            {
                case 1:
                    response.StatusCode = StatusCodes.Status500InternalServerError;
                    break;
                case 2:
                    await Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
                    break;
            }
        };

        var id = await fleet.EndAsync(fleet.Receiver.UrlOf("/"));

        var delivered = await fleet.UntilAsync(id, WebhookState.Delivered);
        Assert.Equal((3, 2, 200), (delivered.Attempts, delivered.Failures, delivered.Status));
        var received = fleet.Receiver.Received;
        Assert.Equal(3, received.Count);
        Assert.All(received, r => Assert.Equal((received[0].Id, Convert.ToHexString(received[0].Body)), (r.Id, Convert.ToHexString(r.Body))));
        Assert.All(received, r => Assert.Equal(WebhookFixture.SignatureOf(r, WebhookFixture.Secret), r.Headers["webhook-signature"]));
    }

    [Fact]
    public async Task Answer_AlwaysWrong_IsGivenUpWithTheReasonAndCanBeAskedForAgain()
    {
        var counted = new ConcurrentBag<object?>();
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "sdfleet.coordinator.webhooks")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(tags[0].Value));
        metrics.Start();
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Delivery:MaxAttempts", "3"));
        var isWell = false;
        fleet.Receiver.OnReceived = (_, response) =>
        {
            response.StatusCode = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        var id = await fleet.EndAsync(fleet.Receiver.UrlOf("/"));

        var abandoned = await fleet.UntilAsync(id, WebhookState.Abandoned);
        await Task.Delay(300);

        Assert.Equal(3, fleet.Receiver.Received.Count);
        Assert.Equal((3, 3, 503, "Given up after 3 failures; the last: It answered 503."), (abandoned.Attempts, abandoned.Failures, abandoned.Status, abandoned.Error));
        isWell = true;
        await fleet.Store.RetryWebhookAsync(abandoned.Id, DateTimeOffset.UtcNow, default);
        Assert.Equal(4, (await fleet.UntilAsync(id, WebhookState.Delivered)).Attempts);
        Assert.Single(fleet.Receiver.Received.DistinctBy(r => r.Id));

        // Of every coordinator in this process: there may be more than these.
        Assert.Superset(new HashSet<object?> { "failed", "abandoned", "delivered" }, counted.ToHashSet());
    }

    [Fact]
    public async Task Answer_WrongForTooLong_IsGivenUp()
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Delivery:MaxAge", "00:00:10"));
        fleet.Receiver.OnReceived = Answer(StatusCodes.Status404NotFound);

        var abandoned = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/")), WebhookState.Abandoned);

        Assert.StartsWith("Given up after 00:00:10;", abandoned.Error, StringComparison.Ordinal);
        Assert.InRange(abandoned.Attempts, 2, 19);
    }

    [Fact]
    public async Task Answer_410_IsGivenUpAtOnce()
    {
        await using var fleet = await WebhookFixture.StartAsync();
        fleet.Receiver.OnReceived = Answer(StatusCodes.Status410Gone);

        var abandoned = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/")), WebhookState.Abandoned);

        Assert.Equal((1, 410), (abandoned.Attempts, abandoned.Status));
        Assert.Single(fleet.Receiver.Received);
    }

    [Fact]
    public async Task Answer_ARedirect_IsNotFollowed()
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Delivery:MaxAttempts", "1"));
        fleet.Receiver.OnReceived = (_, response) =>
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = fleet.Receiver.UrlOf("/elsewhere");
            return Task.CompletedTask;
        };

        var abandoned = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/")), WebhookState.Abandoned);

        Assert.Contains("redirects are not followed", abandoned.Error, StringComparison.Ordinal);
        Assert.Equal("/", Assert.Single(fleet.Receiver.Received).Path);
    }

    [Theory]
    [InlineData("01:00:00", 300, 300)]
    [InlineData("00:05:00", 300, 300)]
    [InlineData("00:05:00", 86400, 300)]
    public async Task Answer_RetryAfter_IsHonouredUpToALimit(string limit, int asked, int expected)
    {
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Delivery:MaxRetryAfter", limit));
        var answered = DateTimeOffset.MinValue;
        fleet.Receiver.OnReceived = (_, response) =>
        {
            answered = DateTimeOffset.UtcNow;
            response.StatusCode = StatusCodes.Status429TooManyRequests;
            response.Headers.RetryAfter = asked.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };

        var waiting = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/")), w => w.Failures == 1);

        // Counted from when the answer came, which was after it was given and before now.
        var wait = TimeSpan.FromSeconds(expected);
        Assert.InRange(waiting.NextAttemptAt!.Value, answered + wait - TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow + wait + TimeSpan.FromSeconds(1));
        Assert.Single(fleet.Receiver.Received);
    }

    // An endless answer is not waited for, and not read.
    [Fact]
    public async Task Answer_WithAnEndlessBody_IsOverWithItsHeaders()
    {
        await using var fleet = await WebhookFixture.StartAsync();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Receiver.OnReceived = async (_, response) =>
        {
            try
            {
                var block = new byte[64 * 1024];
                while (!response.HttpContext.RequestAborted.IsCancellationRequested)
                {
                    await response.Body.WriteAsync(block, response.HttpContext.RequestAborted);
                }
            }
            finally
            {
                ended.TrySetResult();
            }
        };

        var delivered = await fleet.UntilAsync(await fleet.EndAsync(fleet.Receiver.UrlOf("/")), WebhookState.Delivered);

        Assert.Equal(200, delivered.Status);

        // It is hung up on, with what the sockets in between hold.
        await ended.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Receivers_OneThatHangs_HoldsUpNeitherTheOthersNorItsTenant()
    {
        await using var slow = await WebhookInbox.StartAsync();
        slow.OnReceived = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        await using var fleet = await WebhookFixture.StartAsync(("SdFleet:Webhooks:Delivery:PerReceiver", "2"), ("SdFleet:Webhooks:Delivery:Timeout", "00:02:00"));
        await WebhookFixture.EndAsync(fleet.Store, Enumerable.Range(0, 50).Select(_ => WebhookFixture.Job(slow.UrlOf("/"))));
        await slow.WaitForAsync(2);

        await WebhookFixture.EndAsync(fleet.Store, Enumerable.Range(0, 50).Select(_ => WebhookFixture.Job(fleet.Receiver.UrlOf("/"))));
        await fleet.Receiver.WaitForAsync(50);

        // The first two still hang.
        Assert.Equal(2, slow.Received.Count);
    }

    // A tenant with any number of names for a receiver that hangs has its share of the calls, and no more.
    [Fact]
    public async Task Tenants_OneWithManyReceiversThatHang_LeavesRoomForTheOthers()
    {
        await using var slow = await WebhookInbox.StartAsync("http://0.0.0.0:0");
        slow.OnReceived = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        await using var fleet = await WebhookFixture.StartAsync(
            ("SdFleet:Webhooks:Delivery:PerTenant", "2"), ("SdFleet:Webhooks:Delivery:MaxReceivers", "3"), ("SdFleet:Webhooks:Delivery:Timeout", "00:02:00"));
        await WebhookFixture.EndAsync(fleet.Store, Enumerable.Range(1, 20).Select(i => WebhookFixture.Job($"http://127.0.0.{i}:{slow.Address.Port}/")));
        await slow.WaitForAsync(2);

        await fleet.EndAsync(fleet.Receiver.UrlOf("/"), "globex");
        await fleet.Receiver.WaitForAsync(1);

        Assert.Equal(2, slow.Received.Count);
    }

    // However many tenants are slow: they could hold all places together.
    [Fact]
    public async Task Tenants_AllWithManyReceiversThatHang_LeaveRoomForANewOne()
    {
        await using var slow = await WebhookInbox.StartAsync("http://0.0.0.0:0");
        slow.OnReceived = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        await using var fleet = await WebhookFixture.StartAsync(
            ("SdFleet:Webhooks:Tenants:initech:Secret", WebhookFixture.Secret),
            ("SdFleet:Webhooks:Delivery:PerTenant", "4"), ("SdFleet:Webhooks:Delivery:MaxReceivers", "8"), ("SdFleet:Webhooks:Delivery:Timeout", "00:02:00"));
        await WebhookFixture.EndAsync(
            fleet.Store,
            Enumerable.Range(1, 40).Select(i => WebhookFixture.Job($"http://127.0.0.{i}:{slow.Address.Port}/", i % 2 == 0 ? "acme" : "globex")));
        await slow.WaitForAsync(5);
        await Task.Delay(300);

        await fleet.EndAsync(fleet.Receiver.UrlOf("/"), "initech");
        await fleet.Receiver.WaitForAsync(1);

        Assert.InRange(slow.Received.Count, 5, 7);
    }

    [Fact]
    public async Task Coordinator_KilledBetweenTheEndAndItsDelivery_LosesNothing()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-webhooks-").FullName;
        try
        {
            await using var receiver = await WebhookInbox.StartAsync();
            var path = Path.Combine(folder, "jobs.db");
            IReadOnlyList<Guid> ended;
            await using (var store = JobStores.Open(new JobStoreOptions { Path = path }))
            {
                // One coordinator wrote three ends and was gone; another had one of them in hand when it went.
                await store.MigrateAsync(default);
                ended = await WebhookFixture.EndAsync(store, Enumerable.Range(0, 3).Select(_ => WebhookFixture.Job(receiver.UrlOf("/"))));
                Assert.Single(await store.ClaimWebhooksAsync(
                    new WebhookReceiver("acme", $"127.0.0.1:{receiver.Address.Port}"), 1, DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), default));
            }

            await using var coordinator = await CoordinatorFixture.StartAsync([.. WebhookFixture.Settings, ("SdFleet:JobStore:Path", path)]);
            var received = await receiver.WaitForAsync(3);

            Assert.Equal(ended.Order(), received.Select(r => (Guid)r.Json["data"]!["id"]!).Order());
            await CoordinatorFixture.UntilAsync(
                async () => (await coordinator.Store.ListWebhooksAsync(null, WebhookState.Delivered, null, 10, default)).Count == 3, "three deliveries");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Coordinators_SideBySide_DeliverEachOnce()
    {
        await using var fleet = await WebhookFixture.StartAsync();
        var path = Path.Combine(fleet.Coordinator.Folder, "jobs.db");
        await using var second = await CoordinatorFixture.StartAsync([.. WebhookFixture.Settings, ("SdFleet:JobStore:Path", path)]);

        var ended = await WebhookFixture.EndAsync(fleet.Store, Enumerable.Range(0, 200).Select(_ => WebhookFixture.Job(fleet.Receiver.UrlOf("/"))));
        await CoordinatorFixture.UntilAsync(
            async () => (await fleet.Store.ListWebhooksAsync(null, WebhookState.Delivered, null, 1000, default)).Count == 200, "200 deliveries");

        Assert.Equal(ended.Order(), fleet.Receiver.Received.Select(r => (Guid)r.Json["data"]!["id"]!).Order());
    }

    [Fact]
    public async Task Stop_WhileSending_PutsItBackWithoutAFailure()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-webhooks-").FullName;
        try
        {
            await using var receiver = await WebhookInbox.StartAsync();
            receiver.OnReceived = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
            var path = Path.Combine(folder, "jobs.db");
            var coordinator = await CoordinatorFixture.StartAsync([.. WebhookFixture.Settings, ("SdFleet:JobStore:Path", path)]);
            await WebhookFixture.EndAsync(coordinator.Store, [WebhookFixture.Job(receiver.UrlOf("/"))]);
            await receiver.WaitForAsync(1);
            await coordinator.DisposeAsync();

            await using var store = JobStores.Open(new JobStoreOptions { Path = path });
            var view = Assert.Single(await store.ListWebhooksAsync(null, null, null, 10, default)).View;
            Assert.Equal((WebhookState.Pending, 1, 0), (view.State, view.Attempts, view.Failures));
            Assert.True(view.NextAttemptAt <= DateTimeOffset.UtcNow);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What was sent and is not recorded would be sent again.
    [Fact]
    public async Task Outcome_ThatTheStoreTakesSecondsFor_IsRecordedAllTheSame()
    {
        await using var receiver = await WebhookInbox.StartAsync();
        await using var coordinator = await CoordinatorFixture.StartAsync(
            services => services.Replace(ServiceDescriptor.Singleton(provider =>
            {
                var store = JobStores.Open(provider.GetRequiredService<IOptions<JobStoreOptions>>().Value);
                return Answered.By(store, (method, arguments) => method == nameof(IJobStore.RecordWebhooksAsync) ? RecordAsync(store, arguments) : null);
            })),
            WebhookFixture.Settings);

        await WebhookFixture.EndAsync(coordinator.Store, [WebhookFixture.Job(receiver.UrlOf("/"))]);
        await CoordinatorFixture.UntilAsync(
            async () => (await coordinator.Store.ListWebhooksAsync(null, WebhookState.Delivered, null, 10, default)).Count == 1, "the delivery");

        Assert.Single(receiver.Received);

        static async Task RecordAsync(IJobStore store, object?[] arguments)
        {
            var token = (CancellationToken)arguments[2]!;
            await Task.Delay(TimeSpan.FromSeconds(7), token);
            await store.RecordWebhooksAsync((IReadOnlyList<WebhookOutcome>)arguments[0]!, (DateTimeOffset)arguments[1]!, token);
        }
    }

    [Fact]
    public async Task Delivery_OfATracedJob_ContinuesItsTrace()
    {
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        using var listener = new ActivityListener { ShouldListenTo = s => s.Name == "SdFleet.Coordinator", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        await using var fleet = await WebhookFixture.StartAsync();

        await WebhookFixture.EndAsync(fleet.Store, [WebhookFixture.Job(fleet.Receiver.UrlOf("/")) with { Traceparent = $"00-{TraceId}-b7ad6b7169203331-01" }]);

        var received = Assert.Single(await fleet.Receiver.WaitForAsync(1));
        Assert.StartsWith($"00-{TraceId}-", received.Headers["traceparent"], StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", received.Headers["traceparent"], StringComparison.Ordinal);
    }

    private static Func<ReceivedWebhook, HttpResponse, Task> Answer(int status) => (_, response) =>
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    };

    private static string Sample() => RepositoryFolder.Combine("src", "SdFleet.Contracts", "samples", "verify_webhook.py");

    private static async Task<Guid> SubmitBatchAsync(WebhookFixture fleet, Webhook webhook, string source)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        var batch = new SubmitBatch
        {
            Id = Guid.NewGuid(),
            Tenant = "acme",
            Name = "prompts",
            Parts = [new BatchPart(source.Count(c => c == '\n'), bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)))],
            Webhook = webhook,
            SubmittedAt = DateTimeOffset.UtcNow,
        };
        await fleet.Coordinator.Artifacts.PutAsync(ArtifactName.ForBatchPart("acme", batch.Id, 0), bytes, "application/jsonl", batch.Parts[0].Sha256, metadata: null, default);
        await fleet.Coordinator.Publisher.SubmitAsync(batch, CoordinatorFixture.Soon());
        return batch.Id;
    }
}
