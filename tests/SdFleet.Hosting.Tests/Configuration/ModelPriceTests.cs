using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Hosting.Tests.Configuration;

public sealed class ModelPriceTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("0.9", 0.9)]
    [InlineData("10000", 10000.0)]
    public void Read_Price_IsTheModels(string? text, double? price) => Assert.Equal(price, Read(text).Find("m")!.PricePerGpuHour);

    [Theory]
    [InlineData("0", "SdFleet:Models:0:PricePerGpuHour is 0: above 0, at most 10000")]
    [InlineData("-1", "PricePerGpuHour is -1")]
    [InlineData("NaN", "PricePerGpuHour is NaN")]
    [InlineData("10000.5", "PricePerGpuHour is 10000.5")]
    [InlineData("0,9 EUR", "PricePerGpuHour")]
    public void Read_NoPrice_IsNamed(string text, string expected)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(text));

        Assert.Contains(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private static ModelCatalog Read(string? price) => ModelCatalog.Read(new ConfigurationBuilder().AddInMemoryCollection(
        [new($"{ModelCatalog.SectionName}:0:Name", "m"), new($"{ModelCatalog.SectionName}:0:PricePerGpuHour", price)]).Build());
}
