using System.CommandLine;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet keys create</c>.</summary>
internal static class KeysCommand
{
    public static Command Create(CliConsole console) => new("keys", "API keys.") { CreateKey(console) };

    private static Command CreateKey(CliConsole console)
    {
        var tenant = new Option<string>("--tenant") { Description = "Whose jobs the key submits.", HelpName = "T", Required = true };
        var name = new Option<string>("--name")
        {
            Description = "The key's name in configuration and logs.",
            HelpName = "N",
            Required = true,
        };
        var isOperator = new Option<bool>("--operator") { Description = "Let the key also pause and resume models and every tenant." };
        tenant.Validators.Add(result => Check(result.GetValueOrDefault<string>(), ApiKey.WrongTenant, result.AddError));
        name.Validators.Add(result => Check(result.GetValueOrDefault<string>(), ApiKey.WrongName, result.AddError));

        var command = new Command("create", "Makes an API key. It is shown once; the fleet is given only its hash.") { tenant, name, isOperator };
        command.SetAction(parsed =>
        {
            var key = ApiKey.Create();
            var prefix = $"SdFleet__ApiKeys__Keys__{parsed.GetValue(name)}";
            var rights = parsed.GetValue(isOperator) ? $"\n  {prefix}__Operator=true" : "";
            console.Out.WriteLine(
                $"""
                The key of tenant {parsed.GetValue(tenant)}, shown only now:

                  {key.Text}

                Configure the API with its SHA-256:

                  {prefix}__Sha256={key.Sha256}
                  {prefix}__Tenant={parsed.GetValue(tenant)}{rights}

                Callers send "Authorization: Bearer KEY"; sdfleet generate takes it as --api-key or SDFLEET_API_KEY.
                """);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Check(string? value, Func<string, string?> whatIsWrong, Action<string> addError)
    {
        if (value is not null && whatIsWrong(value) is { } wrong)
        {
            addError(wrong);
        }
    }
}
