using SdFleet.Hosting.Authentication;

namespace SdFleet.Hosting.Tests.Authentication;

public sealed class PublisherOptionsTests
{
    [Theory]
    [InlineData("api", "anybody", null)]
    [InlineData("shop", "acme", null)]
    [InlineData("shop", "globex", "tenant")]
    [InlineData("shop", null, "tenant")]
    [InlineData("stranger", "acme", "user_id")]
    [InlineData(null, "acme", "user_id")]
    public void Check_UsersAreNamed_NamesTheFieldThatIsWrong(string? user, string? tenant, string? field)
    {
        var options = new PublisherOptions { Users = { ["api"] = Entry("*"), ["shop"] = Entry("acme", "acme-test") } };
        Assert.Equal(field, options.Check(user, tenant)?.Field);
    }

    [Fact]
    public void Check_NobodyIsNamed_LetsEverybodyIn() => Assert.Null(new PublisherOptions().Check(user: null, "acme"));

    private static PublisherEntry Entry(params string[] tenants)
    {
        var entry = new PublisherEntry();
        foreach (var tenant in tenants)
        {
            entry.Tenants.Add(tenant);
        }

        return entry;
    }
}
