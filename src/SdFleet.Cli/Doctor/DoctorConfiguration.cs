using Microsoft.Extensions.Options;
using SdFleet.Cli.Output;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Cli.Doctor;

/// <summary>
/// A service's configuration, read as the services read it: appsettings.json of the folder, environment variables, arguments.
/// Null is what is not configured, and therefore not looked at.
/// </summary>
internal sealed record DoctorConfiguration
{
    public TransportOptions? Transport { get; private init; }

    public JobStoreOptions? JobStore { get; private init; }

    public ArtifactStoreOptions? Artifacts { get; private init; }

    public ModelCatalog? Models { get; private init; }

    /// <summary>Where it came from, and everything that is wrong with it.</summary>
    public required Finding Finding { get; init; }

    /// <param name="folder">Folder with <c>appsettings.json</c>, where there is one.</param>
    /// <param name="arguments">As the services take them.</param>
    public static DoctorConfiguration Read(string folder, IReadOnlyList<string> arguments)
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
            ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
            ?? Environments.Production;
        IConfigurationRoot configuration;
        try
        {
            configuration = new ConfigurationBuilder()
                .SetBasePath(Path.GetFullPath(folder))
                .AddJsonFile("appsettings.json", optional: true)
                .AddJsonFile($"appsettings.{environment}.json", optional: true)
                .AddEnvironmentVariables()
                .AddCommandLine([.. arguments])
                .Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or DirectoryNotFoundException)
        {
            throw new CliException($"The configuration cannot be read: {e.GetBaseException().Message}", ExitCodes.Usage, e);
        }

        return Of(configuration);
    }

    /// <summary>Reads and checks the sections that are there.</summary>
    public static DoctorConfiguration Of(IConfigurationRoot configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var wrong = new List<string>();
        var services = new ServiceCollection();
        services.AddJobStore(configuration.GetSection(JobStoreOptions.SectionName));
        services.AddArtifactStore(configuration.GetSection(ArtifactStoreOptions.SectionName));
        services.AddValidatedOptions<TransportOptions>(configuration.GetSection(TransportOptions.SectionName), TransportOptions.Validate);
        using var provider = services.BuildServiceProvider();
        var read = new DoctorConfiguration
        {
            Transport = Section<TransportOptions>(TransportOptions.SectionName),
            JobStore = Section<JobStoreOptions>(JobStoreOptions.SectionName),
            Artifacts = Section<ArtifactStoreOptions>(ArtifactStoreOptions.SectionName),
            Models = ReadModels(),
            Finding = new Finding("configuration", FindingState.Ok, ""),
        };
        var found = new[]
        {
            (Name: "transport", Is: read.Transport is not null),
            (Name: "job store", Is: read.JobStore is not null),
            (Name: "artifacts", Is: read.Artifacts is not null),
            (Name: "models", Is: read.Models is not null),
        }.Where(section => section.Is).Select(section => section.Name).ToList();
        return read with
        {
            Finding = wrong.Count > 0 ? new Finding("configuration", FindingState.Fail, string.Join("; ", wrong), "Correct these; a service with them does not start.")
                : found.Count == 0 ? new Finding(
                    "configuration",
                    FindingState.Fail,
                    "nothing of a fleet is configured here",
                    "Run it with a service's configuration: in its folder, with its environment, or with its arguments (--SdFleet:Transport:Uri=...).")
                : new Finding("configuration", FindingState.Ok, string.Join(", ", found)),
        };

        T? Section<T>(string name)
            where T : class
        {
            if (!configuration.GetSection(name).Exists())
            {
                return null;
            }

            try
            {
                return provider.GetRequiredService<IOptions<T>>().Value;
            }
            catch (OptionsValidationException e)
            {
                wrong.AddRange(e.Failures);
            }
            catch (InvalidOperationException e)
            {
                wrong.Add(e.Message);
            }

            return null;
        }

        ModelCatalog? ReadModels()
        {
            if (!configuration.GetSection(ModelCatalog.SectionName).Exists())
            {
                return null;
            }

            try
            {
                return ModelCatalog.Read(configuration);
            }
            catch (OptionsValidationException e)
            {
                wrong.AddRange(e.Failures);
                return null;
            }
        }
    }
}
