using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.CommandLine;

/// <summary>One of the scheduler's settings as an option names it: NAME=VALUE.</summary>
/// <param name="Setting">Its name, as a job's <c>schedulerSettings</c> has it.</param>
/// <param name="Value">Its value, as JSON has it.</param>
internal sealed record SchedulerSettingOption(string Setting, JsonNode Value)
{
    private const string Name = "--scheduler-setting";

    /// <summary>The option, which may be given several times.</summary>
    public static Option<SchedulerSettingOption[]> Create() => new(Name)
    {
        Description = "Something that the scheduler is to do otherwise than the model's configuration says, such as useKarrasSigmas=true, "
            + "timestepSpacing=trailing or eta=0.5. May be repeated.",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = Parse,
    };

    /// <summary>All that were given; null for none.</summary>
    public static SchedulerSettings? ToSettings(IReadOnlyCollection<SchedulerSettingOption>? given) => given is not { Count: > 0 } ? null
        : new JsonObject(given.Select(it => KeyValuePair.Create(it.Setting, (JsonNode?)it.Value.DeepClone()))).Deserialize<SchedulerSettings>(ContractsJson.Options);

    private static SchedulerSettingOption[] Parse(ArgumentResult argument)
    {
        var found = new List<SchedulerSettingOption>();
        foreach (var token in argument.Tokens)
        {
            if (Parse(token.Value, out var wrong) is not { } one)
            {
                argument.AddError($"{Name} is \"{token.Value}\": {wrong}.");
            }
            else if (found.Any(it => it.Setting == one.Setting))
            {
                argument.AddError($"{Name} sets {one.Setting} twice.");
            }
            else
            {
                found.Add(one);
            }
        }

        return [.. found];
    }

    private static SchedulerSettingOption? Parse(string text, out string wrong)
    {
        wrong = "NAME=VALUE, such as useKarrasSigmas=true";
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            return null;
        }

        var (name, value) = (text[..equals], text[(equals + 1)..]);
        if (SchedulerSettingsFields.All.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } rule)
        {
            wrong = $"the settings are {string.Join(", ", SchedulerSettingsFields.All.Select(field => field.Name))}";
            return null;
        }

        var one = new SchedulerSettingOption(rule.Name, ToJson(rule.Kind, value));
        var errors = new List<FieldError>();
        SchedulerSettingsReader.Read(JsonSerializer.SerializeToElement(new JsonObject { [rule.Name] = one.Value.DeepClone() }), errors);
        wrong = $"{rule.Name} takes {rule.Limit}";
        return errors.Count == 0 ? one : null;
    }

    private static JsonNode ToJson(FieldKind kind, string value)
    {
        if (kind == FieldKind.Truth && bool.TryParse(value, out var truth))
        {
            return truth;
        }

        if (kind is FieldKind.WholeNumber or FieldKind.Number && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return value;
    }
}
