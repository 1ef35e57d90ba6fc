using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.TestServers.Webhooks;

namespace SdFleet.Cli.Tests;

/// <summary>Webhooks of a whole fleet in this process, from a client's submission to its receiver.</summary>
public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public async Task Fleet_JobAndBatch_TellOfTheirEndsAndTheCommandListsAndRepeatsThem()
    {
        using var folder = new TempFolder();
        await using var inbox = await WebhookInbox.StartAsync();
        await using var fleet = await EmbeddedFleet.StartAsync(Options(folder));
        using var http = new HttpClient { BaseAddress = fleet.Address };
        var id = Guid.CreateVersion7();

        var job = new SubmitJob { Id = id, Prompt = "a red circle", Steps = 1, Images = 2, Webhook = new Webhook { Url = inbox.UrlOf("/job") } };
        using var accepted = await http.PostAsJsonAsync("/v1/jobs", job, ContractsJson.Options);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        await inbox.WaitForAsync(1);
        await File.WriteAllLinesAsync(folder.Of("lines.jsonl"), ["{\"prompt\":\"a blue square\",\"steps\":1}", "{\"prompt\":\"a green star\",\"steps\":1}"]);
        var batch = (await CliRun.Of("batch", "submit", folder.Of("lines.jsonl"), "--webhook", inbox.UrlOf("/batch"), "--server", fleet.Address.OriginalString)).Succeeded().Lines[0];

        var (ofJob, ofBatch) = ((await inbox.WaitForAsync(2))[0], inbox.Received[1]);

        // What it tells of a picture is what the picture is.
        Assert.Equal("job.completed", (string?)ofJob.Json["type"]);
        foreach (var image in ofJob.Json["data"]!["images"]!.AsArray())
        {
            var picture = await http.GetByteArrayAsync($"/v1/jobs/{id}/images/{image!["index"]}");
            Assert.Equal(((string?)image["sha256"], (long)image["bytes"]!), (Convert.ToHexStringLower(SHA256.HashData(picture)), picture.Length));
        }

        Assert.Equal(2, ofJob.Json["data"]!["images"]!.AsArray().Count);
        Assert.Equal(("batch.completed", batch, 2, 2), ((string?)ofBatch.Json["type"], (string?)ofBatch.Json["data"]!["id"], (int)ofBatch.Json["data"]!["completedJobs"]!, (int)ofBatch.Json["data"]!["imagesDone"]!));
        Assert.All(inbox.Received, received => Assert.Equal(SignatureOf(received), received.Headers["webhook-signature"]));

        var listed = await UntilListedAsync(fleet, "delivered", 2);
        Assert.Equal([ofBatch.Id, ofJob.Id], listed.Select(w => (string?)w["id"]));
        (await CliRun.Of("webhooks", "retry", ofJob.Id, "--server", fleet.Address.OriginalString)).Succeeded();
        var again = (await inbox.WaitForAsync(3))[2];
        Assert.Equal((ofJob.Id, Convert.ToHexString(ofJob.Body)), (again.Id, Convert.ToHexString(again.Body)));
    }

    [Fact]
    public async Task List_WhatWasGivenUp_SaysWhy()
    {
        using var folder = new TempFolder();
        await using var inbox = await WebhookInbox.StartAsync();
        inbox.OnReceived = (_, response) =>
        {
            response.StatusCode = StatusCodes.Status410Gone;
            return Task.CompletedTask;
        };
        await using var fleet = await EmbeddedFleet.StartAsync(Options(folder));
        using var http = new HttpClient { BaseAddress = fleet.Address };
        var job = new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle", Steps = 1, Webhook = new Webhook { Url = inbox.UrlOf("/"), Events = [WebhookEvent.Completed] } };
        using var accepted = await http.PostAsJsonAsync("/v1/jobs", job, ContractsJson.Options);

        var abandoned = Assert.Single(await UntilListedAsync(fleet, "abandoned", 1));

        var line = Assert.Single((await CliRun.Of("webhooks", "list", "--server", fleet.Address.OriginalString)).Succeeded().Lines);
        Assert.Contains($"{abandoned["id"]}  abandoned  job.completed {job.Id}  {inbox.UrlOf("/")}  1 failures: It answered 410", line, StringComparison.Ordinal);
        Assert.Empty((await CliRun.Of("webhooks", "list", "--state", "pending", "--server", fleet.Address.OriginalString)).Succeeded().Lines);
    }

    [Fact]
    public async Task Submit_WithoutASecret_IsRefusedAndSaysWhatIsMissing()
    {
        using var folder = new TempFolder();
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Of("data") });
        await File.WriteAllLinesAsync(folder.Of("lines.jsonl"), ["{\"prompt\":\"a blue square\"}"]);

        var run = await CliRun.Of("batch", "submit", folder.Of("lines.jsonl"), "--webhook", "https://example.org/", "--server", fleet.Address.OriginalString);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("SdFleet:Webhooks:Tenants:default:Secret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_UnknownOrNoId_SaysSo()
    {
        using var folder = new TempFolder();
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Path });
        var id = Guid.NewGuid();

        var unknown = await CliRun.Of("webhooks", "retry", id.ToString(), "--server", fleet.Address.OriginalString);
        var mistake = await CliRun.Of("webhooks", "retry", "hook-7", "--server", fleet.Address.OriginalString);

        Assert.Equal((1, 2), (unknown.ExitCode, mistake.ExitCode));
        Assert.Contains(id.ToString(), unknown.Error, StringComparison.Ordinal);
        Assert.Contains("hook-7", mistake.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_IsOneThatTheFleetTakes()
    {
        var run = (await CliRun.Of("webhooks", "secret", "--tenant", "acme")).Succeeded();

        var setting = Assert.Single(run.Lines, l => l.StartsWith("SdFleet__Webhooks__Tenants__acme__Secret=", StringComparison.Ordinal));
        Assert.NotNull(WebhookSecret.TryParse(setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]));
        Assert.Equal(2, (await CliRun.Of("webhooks", "secret", "--tenant", "A C")).ExitCode);
    }

    private static EmbeddedFleetOptions Options(TempFolder folder) => new()
    {
        DataFolder = folder.Of("data"),
        Settings = new Dictionary<string, string?>
        {
            ["SdFleet:Webhooks:AllowHttp"] = "true",
            ["SdFleet:Webhooks:AllowPrivateAddresses"] = "true",
            ["SdFleet:Webhooks:Tenants:default:Secret"] = Secret,
            ["SdFleet:Webhooks:Delivery:Interval"] = "00:00:00.05",
            ["SdFleet:Webhooks:Delivery:Timeout"] = "00:01:00",
        },
    };

    private static string SignatureOf(ReceivedWebhook webhook)
    {
        var signed = Encoding.UTF8.GetBytes($"{webhook.Id}.{webhook.Headers["webhook-timestamp"]}.").Concat(webhook.Body).ToArray();
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), signed));
    }

    // A receiver has it before the fleet has written down that it does.
    private static async Task<IReadOnlyList<JsonNode>> UntilListedAsync(EmbeddedFleet fleet, string state, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var run = (await CliRun.Of("webhooks", "list", "--state", state, "--json", "--server", fleet.Address.OriginalString)).Succeeded();
            if (run.Lines.Length >= count)
            {
                return [.. run.Lines.Select(line => JsonNode.Parse(line)!)];
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
