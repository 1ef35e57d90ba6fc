using System.CommandLine;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet model</c>: the models of a fleet.</summary>
internal static class ModelCommand
{
    private const string Kind = "model";

    public static Command Create(CliConsole console) => new(Kind, "Models of a fleet, for those who run it.")
    {
        PauseCommand.Create(Kind, "pause", "Pauses a model: nothing more of it is begun, and no workers are asked for it. Needs an operator's key.", console),
        PauseCommand.Create(Kind, "resume", "Resumes a model. Needs an operator's key.", console),
    };
}
