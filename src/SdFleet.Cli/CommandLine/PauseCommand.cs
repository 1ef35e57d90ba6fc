using System.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>pause</c> and <c>resume</c> of what has a name: a model, a tenant.</summary>
internal static class PauseCommand
{
    /// <summary>The command.</summary>
    /// <param name="kind"><c>model</c> or <c>tenant</c>.</param>
    /// <param name="verb"><c>pause</c> or <c>resume</c>.</param>
    /// <param name="description">What it does.</param>
    /// <param name="console">Where it writes.</param>
    public static Command Create(string kind, string verb, string description, CliConsole console)
    {
        var (name, fleet) = (NameArgument(kind), new FleetOptions());
        var command = new Command(verb, description) { name, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var named = parsed.GetRequiredValue(name);
            await client.SetPausedAsync(kind, named, verb, cancellationToken);
            await console.Out.WriteLineAsync($"{named} {verb}d");
        });
        return command;
    }

    private static Argument<string> NameArgument(string kind)
    {
        var name = new Argument<string>("NAME") { Description = $"The {kind}'s name." };
        name.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Where(t => !NameText.IsName(t.Value)))
            {
                result.AddError($"\"{wrong.Value}\" is no {kind}'s name: 1 to {NameText.MaxLength} characters of a-z, 0-9, '-', '_' and '.'.");
            }
        });
        return name;
    }
}
