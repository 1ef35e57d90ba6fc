using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SdFleet.Storage.Tests;

public sealed class ArtifactStoreRegistrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-artifacts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_Folder_MakesIt()
    {
        var path = Path.Combine(_folder, "deep", "artifacts");
        using var host = Host(("Path", path));

        await host.StartAsync();

        Assert.True(Directory.Exists(path));
        await host.Services.GetRequiredService<IArtifactStore>().PingAsync(default);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("Folder", "Path", "", "Fleet:Artifacts:Path is empty")]
    [InlineData("AzureBlob", "Container", "No", "Container is 'No'|ConnectionString and Fleet:Artifacts:ServiceUri are both empty")]
    [InlineData("AzureBlob", "ServiceUri", "secret", "Fleet:Artifacts:ServiceUri is no address")]
    [InlineData("AzureBlob", "ServiceUri", "http://account.blob.test/", "Fleet:Artifacts:ServiceUri has no signature and is not https")]
    [InlineData("Folder", "ExportPlaces:0", "datasets", "Fleet:Artifacts:ExportPlaces:0 is neither azure://container/folder nor the full path")]
    [InlineData("Folder", "ExportPlaces:0", "/srv/../etc", "Fleet:Artifacts:ExportPlaces:0 is neither azure://container/folder nor the full path")]
    [InlineData("Folder", "ExportPlaces:0", "/", "Fleet:Artifacts:ExportPlaces:0 is neither")]
    [InlineData("Folder", "ExportPlaces:0", "azure://datasets", "Fleet:Artifacts:ExportPlaces:0 is azure://datasets, and no storage account is named")]
    [InlineData("Folder", "ExportPlaces:0", "azure://data-{tenant}/x", "Fleet:Artifacts:ExportPlaces:0 is no place in a container")]
    [InlineData("7", "Path", "x", "Fleet:Artifacts:Kind is 7: it is Folder or AzureBlob")]
    public async Task Start_WrongOptions_NamesEachOfThem(string kind, string option, string value, string expected)
    {
        using var host = Host(("Kind", kind), (option, value));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.All(expected.Split('|'), text => Assert.Contains(text, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/batches")]
    [InlineData("/..")]
    public async Task Start_ExportPlaceThatHasAFolderInCommonWithThePictures_IsRefused(string rest)
    {
        var place = Path.GetFullPath(Path.Combine(_folder, "artifacts") + rest);
        using var host = Host(("Path", Path.Combine(_folder, "artifacts")), ("ExportPlaces:0", place));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("which has a folder in common with the pictures", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ExportPlaceInTheContainerOfThePictures_IsRefused()
    {
        using var host = Host(("Kind", "AzureBlob"), ("ServiceUri", "https://account.blob.test/?sv=1&sig=secret"), ("ExportPlaces:0", "azure://sdfleet/sets"));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("in the container of the pictures", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ConnectionStringOfSomethingElse_SaysWhereToGetIt()
    {
        using var host = Host(("Kind", "AzureBlob"), ("ConnectionString", "Host=db;Password=secret"));

        var refused = await Assert.ThrowsAsync<ArtifactStoreException>(() => host.StartAsync());

        Assert.Contains("access keys", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FolderThatCannotBeMade_SaysWhere()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "in the way");
        using var host = Host(("Path", Path.Combine(file, "artifacts")));

        var refused = await Assert.ThrowsAsync<ArtifactStoreException>(() => host.StartAsync());

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    private static IHost Host(params (string Name, string Value)[] options)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(options.Select(o => KeyValuePair.Create($"Fleet:Artifacts:{o.Name}", (string?)o.Value)));
        builder.Services.AddArtifactStore(builder.Configuration.GetSection("Fleet:Artifacts"));
        return builder.Build();
    }
}
