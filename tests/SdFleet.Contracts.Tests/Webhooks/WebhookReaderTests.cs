using System.Text;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Tests.Webhooks;

public sealed class WebhookReaderTests
{
    [Theory]
    [InlineData("\"https://example.org/\"", "webhook")]
    [InlineData("[]", "webhook")]
    [InlineData("{}", "webhook.url")]
    [InlineData("""{"url":null}""", "webhook.url")]
    [InlineData("""{"url":5}""", "webhook.url")]
    [InlineData("""{"url":""}""", "webhook.url")]
    [InlineData("""{"url":"/hooks"}""", "webhook.url")]
    [InlineData("""{"url":"https://"}""", "webhook.url")]
    [InlineData("""{"url":"ftp://example.org/"}""", "webhook.url")]
    [InlineData("""{"url":"file:///etc/passwd"}""", "webhook.url")]
    [InlineData("""{"url":" https://example.org/"}""", "webhook.url")]
    [InlineData("""{"url":"https://example.org/\n"}""", "webhook.url")]
    [InlineData("""{"url":"https://exämple.org/"}""", "webhook.url")]
    [InlineData("""{"url":"https://user:secret@example.org/"}""", "webhook.url")]
    [InlineData("""{"url":"https://example.org/#there"}""", "webhook.url")]
    [InlineData("""{"url":"https://example.org:99999/"}""", "webhook.url")]
    [InlineData("""{"url":"\ud800"}""", "webhook.url")]
    [InlineData("""{"url":"https://example.org/","events":[]}""", "webhook.events")]
    [InlineData("""{"url":"https://example.org/","events":"completed"}""", "webhook.events")]
    [InlineData("""{"url":"https://example.org/","events":["started"]}""", "webhook.events")]
    [InlineData("""{"url":"https://example.org/","events":["failed","failed"]}""", "webhook.events")]
    [InlineData("""{"url":"https://example.org/","events":[1]}""", "webhook.events")]
    [InlineData("""{"url":"https://example.org/","secret":"x"}""", "webhook.secret")]
    [InlineData("""{"url":"https://example.org/","url":"https://example.com/"}""", "webhook.url")]
    public void Read_WhatIsNoWebhook_NamesTheFieldAndTheLimit(string webhook, string field)
    {
        var (_, errors) = Read($$"""{"prompt":"p","webhook":{{webhook}}}""");

        var error = Assert.Single(errors);
        Assert.Equal(field, error.Field);
        Assert.NotEmpty(error.Limit);
    }

    [Fact]
    public void Read_TooLongAUrl_IsNotShownAndItsLimitIsNamed()
    {
        var (_, errors) = Read($$$"""{"prompt":"p","webhook":{"url":"https://example.org/{{{new string('x', 2000)}}}"}}""");

        var error = Assert.Single(errors);
        Assert.Contains("2000", error.Limit, StringComparison.Ordinal);
        // It may hold a receiver's token, and errors are logged.
        Assert.Equal("a text of 2020 characters", error.Value);
    }

    [Theory]
    [InlineData("https://example.org")]
    [InlineData("http://example.org:8080/a/b?c=d&e=%20")]
    [InlineData("https://[2001:4860:4860::8888]/")]
    [InlineData("https://xn--exmple-cua.org/")]
    public void Read_AUrl_IsKeptAsItIs(string url)
    {
        var (webhook, errors) = Read($$$"""{"prompt":"p","webhook":{"url":"{{{url}}}"}}""");

        Assert.Empty(errors);
        Assert.Equal((url, null), (webhook!.Url, webhook.Events));
        Assert.All(Enum.GetValues<WebhookEvent>(), end => Assert.True(webhook.Wants(end)));
    }

    [Fact]
    public void Read_SomeEnds_AreWantedAndNoOthersInWhateverOrder()
    {
        var (webhook, _) = Read("""{"prompt":"p","webhook":{"url":"https://example.org/","events":["Cancelled","failed"]}}""");

        Assert.Equal([WebhookEvent.Failed, WebhookEvent.Cancelled], webhook!.Events!);
        Assert.Equal((false, true, true), (webhook.Wants(WebhookEvent.Completed), webhook.Wants(WebhookEvent.Failed), webhook.Wants(WebhookEvent.Cancelled)));
    }

    [Fact]
    public void ReadBatch_ItsWebhook_IsReadLikeAJobs()
    {
        const string Part = """{"lines":1,"bytes":10,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""";
        var errors = new List<FieldError>();

        var batch = SubmitBatchReader.Read(
            Encoding.UTF8.GetBytes($$$"""{"id":"{{{Guid.NewGuid()}}}","parts":[{{{Part}}}],"webhook":{"url":"https://example.org/","events":["completed"]}}"""), "acme", default, errors);
        SubmitBatchReader.Read(
            Encoding.UTF8.GetBytes($$$$"""{"id":"{{{{Guid.NewGuid()}}}}","parts":[{{{{Part}}}}],"webhook":{"url":"x"},"defaults":{"webhook":{"url":"https://example.org/"}}}"""), "acme", default, errors);

        Assert.Equal("https://example.org/", batch.Webhook!.Url);
        Assert.Equal([WebhookEvent.Completed], batch.Webhook.Events!);
        Assert.Equal(["defaults.webhook", "webhook.url"], errors.Select(e => e.Field).Order());
    }

    [Fact]
    public void ReadLine_WithAWebhook_IsABadLine()
    {
        var batch = new SubmitBatch { Id = Guid.NewGuid(), Tenant = "acme", Name = "n", Parts = [], SubmittedAt = default };
        var errors = new List<FieldError>();

        BatchLine.Read(batch, 1, Encoding.UTF8.GetBytes("""{"prompt":"p","webhook":{"url":"https://example.org/"}}"""), errors);

        Assert.Equal("webhook", Assert.Single(errors).Field);
    }

    // Batches come from the broker as a record that nobody has read field by field.
    [Fact]
    public void Check_ARecord_HoldsItToTheSameRules()
    {
        Assert.Empty(WebhookFields.Check(new Webhook { Url = "https://example.org/", Events = [WebhookEvent.Failed] }));
        Assert.Equal(
            ["webhook.url", "webhook.events"],
            WebhookFields.Check(new Webhook { Url = "gopher://example.org/", Events = [] }).Select(e => e.Field));
        Assert.Equal(
            ["webhook.events", "webhook.events"],
            new[] { WebhookEvent.Failed, (WebhookEvent)7 }.SelectMany(
                other => WebhookFields.Check(new Webhook { Url = "https://example.org/", Events = [WebhookEvent.Failed, other] })).Select(e => e.Field));
    }

    private static (Webhook? Webhook, List<FieldError> Errors) Read(string json)
    {
        var errors = new List<FieldError>();
        return (SubmissionReader.Read(Encoding.UTF8.GetBytes(json), SubmissionDoor.Http, errors).Webhook, errors);
    }
}
