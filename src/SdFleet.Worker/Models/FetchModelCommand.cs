using Microsoft.Extensions.Options;
using SdFleet.Storage;

namespace SdFleet.Worker.Models;

/// <summary>
/// <c>SdFleet.Worker fetch-model</c>: fetches the model of <c>SdFleet:ModelSource</c> and ends. What runs before a worker whose
/// node does not have the weights.
/// </summary>
internal static class FetchModelCommand
{
    public const string Name = "fetch-model";

    /// <returns>0 where the model is in place, 1 where it is not; the reason goes to standard error.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        var section = configuration.GetSection(ModelSourceOptions.SectionName);
        var options = section.Get<ModelSourceOptions>() ?? new ModelSourceOptions();
        try
        {
            var failures = ModelSourceOptions.Validate(options).ToList();
            if (failures.Count > 0)
            {
                throw new OptionsValidationException(ModelSourceOptions.SectionName, typeof(ModelSourceOptions), failures);
            }

            await using var services = new ServiceCollection()
                .AddArtifactStore(section.GetSection(nameof(ModelSourceOptions.Store)))
                .BuildServiceProvider();
            var fetcher = new ModelFetcher(services.GetRequiredService<IArtifactStore>(), TimeProvider.System);
            var (folder, bytes) = await fetcher.FetchAsync(options.Prefix, options.Digest, options.Folder, CancellationToken.None).ConfigureAwait(false);
            Console.WriteLine(bytes == 0 ? $"{folder} is there" : $"{folder}: {bytes} bytes fetched, digest verified");
            return 0;
        }
        catch (Exception e) when (e is OptionsValidationException or ArtifactStoreException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{Name}: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }
}
