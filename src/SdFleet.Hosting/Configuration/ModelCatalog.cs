using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;

namespace SdFleet.Hosting.Configuration;

/// <summary>The models this fleet knows, from <c>SdFleet:Models</c>. The same list is given to every service.</summary>
public sealed class ModelCatalog
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Models";

    /// <summary>What <see cref="IsPrice"/> takes, for messages.</summary>
    public const string PriceRange = "above 0, at most 10000";

    private readonly FrozenDictionary<string, ConfiguredModel> _models;

    private ModelCatalog(IEnumerable<ConfiguredModel> models)
    {
        _models = models.ToFrozenDictionary(m => m.Spec.Name, StringComparer.Ordinal);
        Specs = _models.Values.ToFrozenDictionary(m => m.Spec.Name, m => m.Spec, StringComparer.Ordinal);
    }

    /// <summary>Defaults and limits by name.</summary>
    public IReadOnlyDictionary<string, ModelSpec> Specs { get; }

    /// <summary>Whether an hour of a device may cost so much.</summary>
    public static bool IsPrice(double perHour) => perHour is > 0 and <= 10_000;

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="OptionsValidationException">Lists everything that is wrong with any model.</exception>
    public static ModelCatalog Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var failures = new List<string>();
        var models = new List<ConfiguredModel>();
        foreach (var section in configuration.GetSection(SectionName).GetChildren())
        {
            var path = section["Path"];
            var layered = new ConfigurationBuilder()
                .AddInMemoryCollection(ModelFolderDefaults.Read(path, failures))
                .AddConfiguration(section)
                .Build();
            try
            {
                var spec = layered.Get<ModelSpec>() ?? new ModelSpec();
                failures.AddRange(ModelSpecValidator.Validate(spec).Select(f => $"{section.Path}:{f}"));
                if (models.Any(m => m.Spec.Name == spec.Name))
                {
                    failures.Add($"{section.Path}:Name is \"{spec.Name}\": already taken by another model");
                }

                // Of the fleet, not of the model: its folder has no say.
                var price = section.GetValue<double?>(nameof(ConfiguredModel.PricePerGpuHour));
                if (price is { } perHour && !IsPrice(perHour))
                {
                    failures.Add($"{section.Path}:PricePerGpuHour is {perHour}: {PriceRange}");
                }

                models.Add(new ConfiguredModel(spec, path, price));
            }
            catch (InvalidOperationException e)
            {
                // The binder's text names the key, the value and the type.
                failures.Add($"{section.Path}: {e.Message}");
            }
        }

        if (failures.Count > 0)
        {
            throw new OptionsValidationException(SectionName, typeof(ModelCatalog), failures);
        }

        return new ModelCatalog(models);
    }

    /// <summary>A model by name, with its folder where one is configured; null where the fleet does not know it.</summary>
    public ConfiguredModel? Find(string name) => _models.GetValueOrDefault(name);
}
