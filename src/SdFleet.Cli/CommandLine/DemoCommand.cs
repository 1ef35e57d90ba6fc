using System.CommandLine;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet demo</c>.</summary>
internal static class DemoCommand
{
    public static Command Create(CliConsole console)
    {
        var prompts = Values.Text("--prompts", "A text file, one prompt a line. Default: the list that comes with the command.", "FILE");
        var outFolder = new Option<string>("--out", "-o")
        {
            Description = "Where the pictures go.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "out/demo",
        };
        var command = new Command(
            "demo",
            "Makes a set of pictures with the bundled model on a whole fleet in this process:\nimages/, manifest.jsonl, contact-sheet.png and index.html.")
        {
            prompts, outFolder,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await new DemoRun(console).RunAsync(parsed.GetValue(prompts), parsed.GetRequiredValue(outFolder), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }
}
