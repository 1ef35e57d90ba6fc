namespace SdFleet.Cli.Tests;

public sealed class BundledPartsTests
{
    // What the rooms load only at run time must lie beside the command too, though it names none of it.
    [Theory]
    [InlineData("Microsoft.ML.OnnxRuntime.dll")]
    [InlineData("MassTransit.RabbitMqTransport.dll")]
    [InlineData("Azure.Storage.Blobs.dll")]
    [InlineData("System.IO.Hashing.dll")]
    [InlineData("OpenTelemetry.Extensions.Hosting.dll")]
    [InlineData("Npgsql.dll")]
    [InlineData("Microsoft.Data.Sqlite.dll")]
    [InlineData("CsvHelper.dll")]
    [InlineData("YamlDotNet.dll")]
    public void Output_HoldsWhatTheRoomsLoad(string assembly)
    {
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, assembly)), assembly);
    }
}
