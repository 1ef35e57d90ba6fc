using System.Text;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Tests.Webhooks;

public sealed class WebhookSecretTests
{
    [Fact]
    public void Sign_TheExampleOfStandardWebhooks_GivesItsSignature()
    {
        // The example that the libraries of Standard Webhooks test themselves with.
        var secret = WebhookSecret.TryParse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;

        var signature = secret.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("{\"test\": 2432232314}"));

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public void Create_ASecret_IsReadAgainAndShowsNothingByItself()
    {
        var secret = WebhookSecret.Create();

        Assert.Equal(secret.Text, WebhookSecret.TryParse(secret.Text)!.Text);
        Assert.NotEqual(secret.Text, WebhookSecret.Create().Text);
        Assert.DoesNotContain(secret.Text, secret.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS")]
    [InlineData("whsec_not base64 at all!")]
    public void TryParse_WhatIsNone_IsNull(string? text) => Assert.Null(WebhookSecret.TryParse(text));

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void TryParse_Length_IsThatOfStandardWebhooks(int bytes, bool isGood) =>
        Assert.Equal(isGood, WebhookSecret.TryParse("whsec_" + Convert.ToBase64String(new byte[bytes])) is not null);
}
