using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet webhooks</c>: list, retry, secret.</summary>
internal static class WebhooksCommand
{
    private const int UsualMax = 20;
    private const int MostWebhooks = 1000;

    public static Command Create(CliConsole console) => new("webhooks", "What was told to webhooks of the ends of jobs and batches.")
    {
        List(console), Retry(console), Secret(console),
    };

    private static Command List(CliConsole console)
    {
        var (max, fleet) = (Values.Whole<int>("--max", $"How many. Default {UsualMax}, at most {MostWebhooks}."), new FleetOptions());
        var state = Values.Word<WebhookState>("--state", "Only those that stand so; abandoned is given up, with a reason.");
        var json = new Option<bool>("--json") { Description = "Print each as a line of JSON." };
        var command = new Command("list", "Lists deliveries, the newest first.") { max, state, json, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var wanted = Math.Clamp(parsed.GetValue(max) ?? UsualMax, 1, MostWebhooks);
            foreach (var webhook in await client.ListWebhooksAsync(parsed.GetValue(state), wanted, cancellationToken))
            {
                await console.Out.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(webhook, ContractsJson.Options) : Line(webhook));
            }
        });
        return command;
    }

    private static Command Retry(CliConsole console)
    {
        var ids = new Argument<string[]>("ID") { Description = "The deliveries' ids, as the list shows them.", Arity = ArgumentArity.OneOrMore };
        ids.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Where(t => !Guid.TryParse(t.Value, out _)))
            {
                result.AddError($"\"{wrong.Value}\" is no delivery's id, which looks like 0f8fad5b-d9cb-469f-a165-70867728950e.");
            }
        });
        var fleet = new FleetOptions();
        var command = new Command("retry", "Delivers again, under the same id and with as many attempts as a new one has.") { ids, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var failed = 0;
            foreach (var id in parsed.GetRequiredValue(ids).Select(Guid.Parse))
            {
                if (await client.RetryWebhookAsync(id, cancellationToken) is { } reason)
                {
                    failed++;
                    console.Note($"sdfleet: {reason}");
                }
                else
                {
                    await console.Out.WriteLineAsync($"{id} pending");
                }
            }

            return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Secret(CliConsole console)
    {
        var tenant = new Option<string>("--tenant") { Description = "Whose webhooks it signs.", HelpName = "T", Required = true };
        tenant.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && ApiKey.WrongTenant(name) is { } wrong)
            {
                result.AddError(wrong);
            }
        });
        var command = new Command("secret", "Makes a secret, which the fleet signs with and the receiver checks.") { tenant };
        command.SetAction(parsed =>
        {
            console.Out.WriteLine(
                $"""
                Configure API and coordinator with it, and give it to the receiver:

                  SdFleet__Webhooks__Tenants__{parsed.GetValue(tenant)}__Secret={WebhookSecret.Create().Text}

                To replace one, configure both with a space between them until every receiver has the new one.
                """);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Line(WebhookView webhook)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{webhook.CreatedAt:yyyy-MM-ddTHH:mm:ssZ}  {webhook.Id}  {webhook.State.ToString().ToLowerInvariant()}  {WebhookType.Of(webhook.Subject, webhook.Event)} {webhook.SubjectId}  {webhook.Url}");
        return webhook.State == WebhookState.Delivered || webhook.Error is null
            ? text
            : string.Create(CultureInfo.InvariantCulture, $"{text}  {webhook.Failures} failures: {webhook.Error}");
    }
}
