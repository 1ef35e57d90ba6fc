using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Schedulers;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Generate;

/// <summary>
/// What a fleet would make of a submission, without one: the same checks, the same words. What is left open is as the loaded model is
/// best used, which a fleet has in its configuration.
/// </summary>
internal static class LocalRecipe
{
    private const string OwnDefaults = "sdfleet.json";

    /// <summary>Finds what no model would take, before one is loaded.</summary>
    public static void Check(SubmitJob submission, LocalModel model)
    {
        var errors = new List<FieldError>();
        Read(submission, errors);
        Require(model, errors);
    }

    /// <summary>The job, for a loaded model.</summary>
    public static ResolvedJob Resolve(SubmitJob submission, LocalModel model, StableDiffusionPipeline pipeline, TimeProvider time)
    {
        var errors = new List<FieldError>();
        var read = Read(submission, errors);
        var now = time.GetUtcNow();
        var job = RecipeResolver.Resolve(read with { Id = Guid.CreateVersion7(now) }, Catalog(model, pipeline).Specs, now, errors);
        Require(model, errors);
        return job!;
    }

    private static SubmitJob Read(SubmitJob submission, List<FieldError> errors) => SubmissionReader.Read(
        JsonSerializer.SerializeToUtf8Bytes(submission with { Model = null }, ContractsJson.Options), SubmissionDoor.Http, errors);

    private static void Require(LocalModel model, List<FieldError> errors)
    {
        if (errors.Count > 0)
        {
            throw FieldErrors.ToException($"The model {model.Name}", errors);
        }
    }

    private static ModelCatalog Catalog(LocalModel model, StableDiffusionPipeline pipeline)
    {
        var defaults = pipeline.Defaults;
        var settings = new Dictionary<string, string?>
        {
            ["Name"] = model.Name,
            ["Path"] = model.Folder,
            [nameof(ModelSpec.DefaultWidth)] = Text(defaults.Width),
            [nameof(ModelSpec.DefaultHeight)] = Text(defaults.Height),
            [nameof(ModelSpec.DefaultSteps)] = Text(defaults.Steps),
            [nameof(ModelSpec.DefaultGuidanceScale)] = Text(defaults.GuidanceScale),
            [nameof(ModelSpec.DefaultScheduler)] = defaults.Scheduler ?? OwnScheduler(pipeline.Info.Scheduler.ClassName),
        };
        foreach (var (index, size) in defaults.Sizes.Index())
        {
            settings[$"{nameof(ModelSpec.Sizes)}:{index}:Width"] = Text(size.Width);
            settings[$"{nameof(ModelSpec.Sizes)}:{index}:Height"] = Text(size.Height);
        }

        // A fleet's limits keep one job from holding up the others. Here there are no others.
        if (!File.Exists(Path.Combine(model.Folder, OwnDefaults)))
        {
            settings[nameof(ModelSpec.MaxSize)] = Text(GenerationLimits.MaxSide);
            settings[nameof(ModelSpec.MaxSteps)] = Text(GenerationLimits.MaxSteps);
        }

        try
        {
            return ModelCatalog.Read(new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"{ModelCatalog.SectionName}:0:{s.Key}", s.Value)))
                .Build());
        }
        catch (OptionsValidationException e)
        {
            throw new CliException($"{model.Folder} says of itself what does not fit: {string.Join("; ", e.Failures)}", cause: e);
        }
    }

    private static string OwnScheduler(string? className) =>
        className is not null && KnownSchedulers.Contains(className) ? className : new ModelSpec().DefaultScheduler;

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
