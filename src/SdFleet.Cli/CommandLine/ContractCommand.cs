using System.CommandLine;
using SdFleet.Cli.Contract;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Publishing;
using SdFleet.Hosting.Bus;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet contract</c>: what integrators publish by, and whether they do.</summary>
internal static class ContractCommand
{
    private const string WhatFile =
        "A message as JSON, or several in a .jsonl file, one a line; \"-\" for lines from standard input.";

    public static Command Create(CliConsole console) => new("contract", "What integrators publish to the broker, and whether a message of theirs keeps to it.")
    {
        Document("schema", "Prints the JSON Schema of a submission.", PublishedContract.Schema, console),
        Document("asyncapi", "Prints the AsyncAPI document of the broker's exchange and queue.", PublishedContract.AsyncApi, console),
        Check(console),
        Send(console),
    };

    private static Command Document(string name, string description, string text, CliConsole console)
    {
        var command = new Command(name, description);
        command.SetAction((_, _) => console.Out.WriteAsync(text));
        return command;
    }

    private static Command Check(CliConsole console)
    {
        var file = new Argument<string>("file") { Description = WhatFile };
        var command = new Command("check", "Says what the fleet would reject, without a fleet: all but what only it knows, such as its models.") { file };
        command.SetAction(async (parsed, token) =>
        {
            var (good, bad) = (0, 0);
            await foreach (var submission in SubmissionFile.ReadAsync(parsed.GetValue(file)!, console.In, token))
            {
                (good, bad) = submission.Errors.Count == 0 ? (good + 1, bad) : (good, bad + 1);
                await ShowAsync(submission, console);
            }

            console.Note($"{good} in order, {bad} not.");
            return bad == 0 && good > 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Send(CliConsole console)
    {
        var file = new Argument<string>("file") { Description = WhatFile };
        var broker = new BrokerOption();
        var trace = Values.Text("--traceparent", "W3C trace context that the jobs continue.", "00-…-…-01");
        var command = new Command("send", "Publishes messages as an integrator does, those that are in order, and prints the id of each that the broker has.")
        {
            file, broker.Option, trace,
        };
        command.SetAction(async (parsed, token) =>
        {
            var bad = 0;
            try
            {
                await using var channel = await OperatorChannel.OpenAsync(broker.Of(parsed, console), "sdfleet contract", token);
                await foreach (var submission in SubmissionFile.ReadAsync(parsed.GetValue(file)!, console.In, token))
                {
                    if (submission.Errors.Count > 0)
                    {
                        bad++;
                        await ShowAsync(submission, console);
                        continue;
                    }

                    await channel.SubmitAsync(submission.Body, parsed.GetValue(trace), token);
                    await console.Out.WriteLineAsync(submission.Id.ToString());
                }
            }
            catch (BrokerUnavailableException e)
            {
                throw new CliException(e.Message, cause: e);
            }

            if (bad > 0)
            {
                console.Note($"{bad} not sent.");
            }

            return bad == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task ShowAsync(CheckedSubmission submission, CliConsole console)
    {
        foreach (var error in submission.Errors)
        {
            await console.Out.WriteLineAsync($"{submission.Place}{error}");
        }
    }
}
