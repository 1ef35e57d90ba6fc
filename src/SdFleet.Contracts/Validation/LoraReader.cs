using System.Globalization;
using System.Text.Json;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>Reads the LoRAs of a submission, and names everything that is wrong with each.</summary>
internal static class LoraReader
{
    /// <summary>Reads the value of the field.</summary>
    /// <param name="rule">The field; errors name what is in it <c>loras[0].name</c> and so on.</param>
    /// <param name="value">Its value.</param>
    /// <param name="errors">Takes every fault found.</param>
    /// <returns>The LoRAs, or null where there were faults.</returns>
    public static IReadOnlyList<RecipeLora>? Read(FieldRule rule, JsonElement value, ICollection<FieldError> errors)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() < 1 || value.GetArrayLength() > rule.MaxItems)
        {
            var given = value.ValueKind == JsonValueKind.Array
                ? string.Create(CultureInfo.InvariantCulture, $"a list of {value.GetArrayLength()}")
                : ShownText.Of(value);
            errors.Add(new FieldError(rule.Name, given, rule.Limit));
            return null;
        }

        var before = errors.Count;
        var loras = new List<RecipeLora>();
        foreach (var (index, member) in value.EnumerateArray().Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{rule.Name}[{index}]");
            if (member.ValueKind != JsonValueKind.Object)
            {
                errors.Add(new FieldError(name, ShownText.Of(member), $"an object with {string.Join(", ", rule.Fields.Select(field => field.Name))}"));
            }
            else if (One(rule, name, member, errors) is { } lora)
            {
                if (loras.Any(other => other.Name == lora.Name))
                {
                    errors.Add(new FieldError($"{name}.{LoraFields.Name.Name}", $"\"{lora.Name}\"", "given twice; give each LoRA once"));
                }

                loras.Add(lora);
            }
        }

        return errors.Count == before ? loras : null;
    }

    private static RecipeLora? One(FieldRule rule, string prefix, JsonElement member, ICollection<FieldError> errors)
    {
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in member.EnumerateObject())
        {
            if (!rule.Fields.Any(field => field.Name == property.Name))
            {
                errors.Add(new FieldError(
                    $"{prefix}.{ShownText.Of(property.Name)}", ShownText.Of(property.Value), $"not a field; the fields are {string.Join(", ", rule.Fields.Select(field => field.Name))}"));
            }
            else if (!given.TryAdd(property.Name, property.Value))
            {
                errors.Add(new FieldError($"{prefix}.{property.Name}", ShownText.Of(property.Value), "given twice; give it once"));
            }
        }

        if (Find(LoraFields.Name) is not var (nameRule, nameValue))
        {
            errors.Add(new FieldError($"{prefix}.{LoraFields.Name.Name}", null, LoraFields.Name.Limit));
            return null;
        }

        var name = SubmissionReader.Text(nameRule, nameValue, errors);
        var weight = Find(LoraFields.Weight) is var (weightRule, weightValue) ? SubmissionReader.Number(weightRule, weightValue, errors) : null;
        var sha256 = Find(LoraFields.Sha256) is var (digestRule, digestValue) ? SubmissionReader.Text(digestRule, digestValue, errors) : null;
        return name is null ? null : new RecipeLora { Name = name, Weight = weight ?? 1, Sha256 = sha256 };

        (FieldRule Rule, JsonElement Value)? Find(FieldRule field) =>
            given.TryGetValue(field.Name, out var value) && value.ValueKind != JsonValueKind.Null ? (field with { Name = $"{prefix}.{field.Name}" }, value) : null;
    }
}
