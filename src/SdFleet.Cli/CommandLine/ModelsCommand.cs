using System.CommandLine;
using SdFleet.Cli.Models;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet models inspect</c>.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliConsole console) => new("models", "Model folders.") { Inspect(console) };

    private static Command Inspect(CliConsole console)
    {
        var folder = new Argument<string>("FOLDER") { Description = "A folder as diffusers and optimum write it, with model_index.json." };
        var noLoad = new Option<bool>("--no-load") { Description = "Read the files only; do not try whether the model can be loaded." };
        var command = new Command("inspect", "Says what a model folder is, and whether this fleet can run it.") { folder, noLoad };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var inspection = new ModelInspection(parsed.GetRequiredValue(folder), console.Out);
            return await inspection.RunAsync(loads: !parsed.GetValue(noLoad), cancellationToken) ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }
}
