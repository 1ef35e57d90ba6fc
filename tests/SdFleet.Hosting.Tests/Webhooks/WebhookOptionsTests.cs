using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Webhooks;
using SdFleet.Hosting.Webhooks;

namespace SdFleet.Hosting.Tests.Webhooks;

public sealed class WebhookOptionsTests
{
    private static readonly string Secret = WebhookSecret.Create().Text;

    [Fact]
    public void Check_TenantWithASecretAndAPublicUrl_IsFine()
    {
        var options = Read(("Tenants:acme:Secret", Secret));

        Assert.Empty(options.Check("acme", Hook("https://example.org/hooks")));
        Assert.Empty(options.Check("acme", null));
        Assert.Empty(options.Check("globex", null));
    }

    [Fact]
    public void Check_TenantWithoutASecret_IsToldWhatIsMissingAndNotMoreOfTheUrlThanItsHost()
    {
        var error = Assert.Single(Read(("Tenants:acme:Secret", Secret)).Check("globex", Hook("https://example.org/hooks?token=hunter2")));

        Assert.Equal("webhook", error.Field);
        Assert.Contains("SdFleet:Webhooks:Tenants:globex:Secret", error.Limit, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.org/", null, null, "AllowHttp")]
    [InlineData("http://example.org/", "AllowHttp", null, null)]
    [InlineData("https://10.0.0.1/", null, null, "AllowPrivateAddresses")]
    [InlineData("https://localhost/", "AllowHttp", null, "AllowPrivateAddresses")]
    [InlineData("http://127.0.0.1/", "AllowHttp", "AllowPrivateAddresses", null)]
    public void Check_WhatTheFleetDoesNotAllow_NamesTheSetting(string url, string? one, string? two, string? complaint)
    {
        var settings = new[] { one, two }.OfType<string>().Select(name => (name, "true")).Append(("Tenants:acme:Secret", Secret));

        var errors = Read([.. settings]).Check("acme", Hook(url)).ToList();

        Assert.Equal(complaint is null ? 0 : 1, errors.Count);
        Assert.All(errors, e => Assert.Equal("webhook.url", e.Field));
        Assert.All(errors, e => Assert.Contains($"SdFleet:Webhooks:{complaint}", e.Limit, StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_Several_AllSign()
    {
        var old = WebhookSecret.Create().Text;

        Assert.Equal([Secret, old], Read(("Tenants:acme:Secret", $"{Secret} {old}")).SecretsOf("acme").Select(s => s.Text));
        Assert.Empty(Read().SecretsOf("acme"));
    }

    [Theory]
    [InlineData("Tenants:acme:Secret", "whsec_tooshort", "SdFleet:Webhooks:Tenants:acme:Secret must be whsec_")]
    [InlineData("Tenants:acme:Secret", "", "SdFleet:Webhooks:Tenants:acme:Secret must be whsec_")]
    [InlineData("Tenants:ACME:Secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "SdFleet:Webhooks:Tenants has \"ACME\"")]
    public void Start_WrongSetting_IsToldWithoutItsValue(string key, string value, string complaint)
    {
        var services = new ServiceCollection();
        services.AddWebhooks(Configuration((key, value)));
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Single(Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate()).Failures);

        Assert.StartsWith(complaint, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("tooshort", failure, StringComparison.Ordinal);
    }

    // A process that is API and coordinator adds them twice.
    [Fact]
    public void Add_Twice_IsOnce()
    {
        var services = new ServiceCollection();
        services.AddWebhooks(Configuration(("Tenants:acme:Secret", "wrong")));
        services.AddWebhooks(Configuration(("Tenants:acme:Secret", "wrong")));
        using var provider = services.BuildServiceProvider();

        Assert.Single(Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<WebhookOptions>>().Value).Failures);
    }

    private static Webhook Hook(string url) => new() { Url = url };

    private static WebhookOptions Read(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddWebhooks(Configuration(settings));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<WebhookOptions>>().Value;
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(s => $"{WebhookOptions.SectionName}:{s.Key}", s => (string?)s.Value))
        .Build();
}
