using SdFleet.Cli.Output;

namespace SdFleet.Cli.Tests;

public sealed class AmountTests
{
    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(89, "89 s")]
    [InlineData(90, "2 min")]
    [InlineData(12_000, "3 h 20 min")]
    [InlineData(400_000, "4.6 days")]
    public void Duration_IsShownAsPeopleReadIt(double seconds, string text) => Assert.Equal(text, Amount.Duration(seconds));

    [Theory]
    [InlineData(0.2137, "214 ms")]
    [InlineData(0.9994, "999 ms")]
    [InlineData(0.9996, "1.0 s")]
    [InlineData(600, "10 min")]
    public void ShortDuration_BelowASecond_KeepsItsDigits(double seconds, string text) => Assert.Equal(text, Amount.ShortDuration(seconds));
}
