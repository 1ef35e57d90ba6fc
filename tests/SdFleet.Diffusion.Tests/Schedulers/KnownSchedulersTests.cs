using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

public class KnownSchedulersTests
{
    public static TheoryData<string> Aliases() => SchedulerFixture.Aliases();

    [Theory]
    [MemberData(nameof(Aliases))]
    public void Create_ByShortName_RunsInAnyCase(string alias)
    {
        Assert.True(KnownSchedulers.Contains(alias));
        Scheduler scheduler = KnownSchedulers.Create(alias.ToUpperInvariant(), SchedulerFixture.Config);
        scheduler.SetTimesteps(6);
        Assert.True(scheduler.Timesteps.Length >= 6);
    }

    [Fact]
    public void Create_ByConfiguration_TakesItsClass()
    {
        Assert.IsType<PndmScheduler>(Scheduler.Create(SchedulerFixture.Config with { ClassName = "PNDMScheduler" }));
        Assert.Throws<ArgumentException>(() => Scheduler.Create(SchedulerFixture.Config));
    }

    [Fact]
    public void Create_UnknownName_ListsTheKnown()
    {
        string message = Assert.Throws<ArgumentException>(() => KnownSchedulers.Create("dpm++", SchedulerFixture.Config)).Message;
        Assert.Contains("\"dpm++\"", message);
        Assert.All(KnownSchedulers.Aliases.Concat(KnownSchedulers.ClassNames), name => Assert.Contains(name, message));
    }

    [Fact]
    public void Create_KarrasName_OverrulesTheConfiguration()
    {
        double[] karras = Timesteps("dpmpp_2m_karras", SchedulerFixture.Config);
        double[] plain = Timesteps("dpmpp_2m", SchedulerFixture.Config with { UseKarrasSigmas = true });

        Assert.Equal([999, 687, 146, 0], karras);
        Assert.Equal([999, 749, 500, 250], plain);
    }

    [Theory]
    [InlineData(null, SchedulerCompatibility.Current)]
    [InlineData("", SchedulerCompatibility.Current)]
    [InlineData("0.6.0", SchedulerCompatibility.V021)]
    [InlineData("0.21.4", SchedulerCompatibility.V021)]
    [InlineData("0.26.0.dev0", SchedulerCompatibility.Current)]
    [InlineData("0.27.2", SchedulerCompatibility.Current)]
    [InlineData("1.0.0", SchedulerCompatibility.Current)]
    public void FromDiffusersVersion_OfRelease_FindsItsGeneration(string? version, SchedulerCompatibility expected) =>
        Assert.Equal(expected, SchedulerCompatibilities.FromDiffusersVersion(version));

    [Fact]
    public void FromDiffusersVersion_OfOtherText_IsRefused() =>
        Assert.Throws<ArgumentException>(() => SchedulerCompatibilities.FromDiffusersVersion("latest"));

    private static double[] Timesteps(string name, SchedulerConfig config)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, config);
        scheduler.SetTimesteps(4);
        return scheduler.Timesteps.ToArray();
    }
}
