using System.CommandLine;
using System.CommandLine.Invocation;
using SdFleet.Cli.Output;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.CommandLine;

/// <summary>The whole command: reads what was typed, runs it, and turns every failure into a message and an exit code.</summary>
internal static class SdFleetCommand
{
    private const string Name = "sdfleet";
    private const string DebugVariable = "SDFLEET_DEBUG";

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliConsole console, CancellationToken cancellationToken)
    {
        var parsed = Create(console).Parse(args);
        var invocation = new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,

            // Signals are this program's own matter.
            ProcessTerminationTimeout = null,
        };
        if (parsed.Action is ParseErrorAction)
        {
            Mistakes.Show(parsed, PathOf(parsed), console);
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (CliException e)
        {
            console.Note($"{Name}: {e.Message}");
            ShowCause(e, console);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.Note($"{Name}: stopped.");
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Their messages name the file and what the system said.
            console.Note($"{Name}: {e.Message}");
            ShowCause(e, console);
            return ExitCodes.Failed;
        }
#pragma warning disable CA1031 // Nobody above would handle it; the person who typed the command gets a message and no stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            console.Note($"{Name}: {e.Message} ({e.GetType().Name}; {DebugVariable}=1 shows where)");
            ShowCause(e, console);
            return ExitCodes.Failed;
        }
    }

    /// <summary>The command with everything below it.</summary>
    public static RootCommand Create(CliConsole console)
    {
        var root = new RootCommand(
            "A fleet of Stable Diffusion workers: prompts in, finished pictures out, and no job lost on the way.\n\n" +
            "  sdfleet demo                                            makes a set of pictures with the bundled model\n" +
            "  sdfleet generate \"a red circle on a blue ground\" --local  makes one picture, without a server\n" +
            "  sdfleet up                                              starts a whole fleet in this process")
        {
            UpCommand.Create(console),
            GenerateCommand.Create(console),
            BatchCommand.Create(console),
            CancelCommand.Create(console),
            ContractCommand.Create(console),
            RejectedCommand.Create(console),
            WebhooksCommand.Create(console),
            PoliciesCommand.Create(console),
            DemoCommand.Create(console),
            DatasetCommand.Create(console),
            ImageCommand.Create(console),
            ScoreCommand.Create(console),
            ModelCommand.Create(console),
            TenantCommand.Create(console),
            ModelsCommand.Create(console),
            SimulateCommand.Create(console),
            DoctorCommand.Create(console),
            KeysCommand.Create(console),
            ChaosCommand.Create(console),
            SoakCommand.Create(console),
        };
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        return root;
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (Symbol? symbol = parsed.CommandResult.Command; symbol is Command and not RootCommand; symbol = symbol.Parents.FirstOrDefault())
        {
            names.Insert(0, symbol.Name);
        }

        return string.Join(' ', [Name, .. names]);
    }

    private static void ShowCause(Exception error, CliConsole console)
    {
        if (!string.IsNullOrEmpty(console.Environment(DebugVariable)))
        {
            console.Note(error.ToString());
        }
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{Name} {FleetVersion.Current}");
            return ExitCodes.Done;
        }
    }
}
