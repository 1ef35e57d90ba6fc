using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SdFleet.JobStore.Tests;

public sealed class JobStoreRegistrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-jobstore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_Embedded_MakesTheFileAndItsFolder()
    {
        using var host = Host(("Path", Path.Combine(_folder, "deep", "jobs.db")));

        await host.StartAsync();

        var store = host.Services.GetRequiredService<IJobStore>();
        await store.PingAsync(default);
        Assert.Empty(await store.CountAsync(default));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("Embedded", "Path", "", "Fleet:Store:Path is empty")]
    [InlineData("Postgres", "ConnectionString", "", "Fleet:Store:ConnectionString is empty")]
    [InlineData("Postgres", "ConnectionString", "Host=", "names no Host|names no Database")]
    [InlineData("Postgres", "ConnectionString", "Hots=db;Password=secret", "cannot be read")]
    [InlineData("7", "Path", "x", "Fleet:Store:Kind is 7: it is Embedded or Postgres")]
    public async Task Start_WrongOptions_NamesEachOfThem(string kind, string option, string value, string expected)
    {
        using var host = Host(("Kind", kind), (option, value));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.All(expected.Split('|'), text => Assert.Contains(text, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ServerThatIsNotThere_SaysWhereAndWhatToDo()
    {
        using var host = Host(("Kind", "Postgres"), ("ConnectionString", "Host=127.0.0.1;Port=1;Database=fleet;Username=u;Password=secret"));

        var refused = await Assert.ThrowsAsync<JobStoreException>(() => host.StartAsync());

        Assert.True(refused.IsTransient);
        Assert.Contains("PostgreSQL at 127.0.0.1:1, database fleet", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Check that the server is up", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileThatIsNoDatabase_SaysSo()
    {
        var path = Path.Combine(_folder, "jobs.db");
        await File.WriteAllTextAsync(path, new string('x', 5000));
        using var host = Host(("Path", path));

        var refused = await Assert.ThrowsAsync<JobStoreException>(() => host.StartAsync());

        Assert.False(refused.IsTransient);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    private static IHost Host(params (string Name, string Value)[] options)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(options.Select(o => KeyValuePair.Create($"Fleet:Store:{o.Name}", (string?)o.Value)));
        builder.Services.AddJobStore(builder.Configuration.GetSection("Fleet:Store"));
        return builder.Build();
    }
}
