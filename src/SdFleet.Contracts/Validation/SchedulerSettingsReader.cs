using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>Reads the scheduler's settings of a submission, and names everything that is wrong with each.</summary>
public static class SchedulerSettingsReader
{
    /// <summary>Reads the value of <see cref="SchedulerSettingsFields.OfJob"/>; errors name what is in it <c>schedulerSettings.eta</c> and so on.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="errors">Takes every fault found.</param>
    /// <returns>The settings, or null where there were faults.</returns>
    public static SchedulerSettings? Read(JsonElement value, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var rule = SchedulerSettingsFields.OfJob;
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError(rule.Name, ShownText.Of(value), rule.Limit));
            return null;
        }

        var before = errors.Count;
        var read = new JsonObject();
        foreach (var property in value.EnumerateObject())
        {
            if (rule.Fields.FirstOrDefault(field => field.Name == property.Name) is not { } member)
            {
                errors.Add(new FieldError(
                    $"{rule.Name}.{ShownText.Of(property.Name)}", ShownText.Of(property.Value), $"not a field; the fields are {string.Join(", ", rule.Fields.Select(field => field.Name))}"));
            }
            else if (read.ContainsKey(property.Name))
            {
                errors.Add(new FieldError($"{rule.Name}.{property.Name}", ShownText.Of(property.Value), "given twice; give it once"));
            }
            else
            {
                read[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : Member(member with { Name = $"{rule.Name}.{member.Name}" }, property.Value, errors);
            }
        }

        return errors.Count == before ? read.Deserialize<SchedulerSettings>(ContractsJson.Options) : null;
    }

    // Words are read without case, and are from here on as their rule has them.
    private static JsonNode? Member(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        switch (rule.Kind)
        {
            case FieldKind.Truth: return SubmissionReader.Truth(rule, value, errors);
            case FieldKind.WholeNumber: return SubmissionReader.Integer(rule, value, errors);
            case FieldKind.Number: return SubmissionReader.Number(rule, value, errors);
            case FieldKind.Word: return SubmissionReader.Word(rule, value, errors);
            default: throw new InvalidOperationException($"Field {rule.Name} has a rule but no reader.");
        }
    }
}
