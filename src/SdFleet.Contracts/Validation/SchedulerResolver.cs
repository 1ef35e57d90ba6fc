using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>The scheduler's settings: the part of <see cref="RecipeResolver"/> that says which of them go with a scheduler, and together.</summary>
internal static class SchedulerResolver
{
    private static readonly string[] Layouts = ["useKarrasSigmas", "useExponentialSigmas", "useBetaSigmas", "useLuLambdas"];

    /// <summary>The settings; null where nothing is set: such a job is the same as before it could be.</summary>
    /// <param name="submission">What was submitted.</param>
    /// <param name="scheduler">The scheduler that its pictures are made with.</param>
    /// <param name="errors">Takes every fault found.</param>
    public static SchedulerSettings? Settings(SubmitJob submission, string scheduler, ICollection<FieldError> errors)
    {
        if (submission.SchedulerSettings is not { } settings || settings == new SchedulerSettings())
        {
            return null;
        }

        var given = JsonSerializer.SerializeToNode(settings, ContractsJson.Options)!.AsObject();

        // A name that could not be read has been reported, and the default is not what was meant.
        if (SchedulerPresets.ByName.GetValueOrDefault(scheduler) is { } preset && !errors.Any(e => e.Field == "scheduler"))
        {
            foreach (var (name, value) in given.Where(member => preset.Decides.Contains(member.Key)))
            {
                Refuse(name, value, $"not with the scheduler {scheduler}, which decides it; {preset.ClassName} leaves it open");
            }
        }

        var layouts = given.Where(member => Layouts.Contains(member.Key) && member.Value!.GetValueKind() == JsonValueKind.True).ToList();
        foreach (var (name, value) in layouts.Skip(1))
        {
            Refuse(name, value, $"not beside {layouts[0].Key}: the noise levels have one layout");
        }

        return settings;

        void Refuse(string name, JsonNode? value, string limit) =>
            errors.Add(new FieldError($"{SchedulerSettingsFields.OfJob.Name}.{name}", value!.ToJsonString(), limit));
    }
}
