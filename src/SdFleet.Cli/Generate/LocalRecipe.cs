using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Generate;

/// <summary>What a fleet would make of a submission, without one: the same checks, the same defaults, the same words.</summary>
internal static class LocalRecipe
{
    public static ResolvedJob Resolve(SubmitJob submission, LocalModel model, TimeProvider time)
    {
        var errors = new List<FieldError>();
        var body = JsonSerializer.SerializeToUtf8Bytes(submission with { Model = null }, ContractsJson.Options);
        var read = SubmissionReader.Read(body, SubmissionDoor.Http, errors);
        var now = time.GetUtcNow();
        var job = RecipeResolver.Resolve(read with { Id = Guid.CreateVersion7(now) }, Catalog(model).Specs, now, errors);
        return job is not null && errors.Count == 0 ? job : throw FieldErrors.ToException($"The model {model.Name}", errors);
    }

    private static ModelCatalog Catalog(LocalModel model)
    {
        try
        {
            return ModelCatalog.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                [$"{ModelCatalog.SectionName}:0:Name"] = model.Name,
                [$"{ModelCatalog.SectionName}:0:Path"] = model.Folder,
            }).Build());
        }
        catch (OptionsValidationException e)
        {
            throw new CliException($"{model.Folder} says of itself what does not fit: {string.Join("; ", e.Failures)}", cause: e);
        }
    }
}
