using System.CommandLine;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary>Which fleet a command talks to, and with which key.</summary>
internal sealed class FleetOptions
{
    private const string ServerVariable = "SDFLEET_SERVER";
    private const string ApiKeyVariable = "SDFLEET_API_KEY";

    public Option<string?> Server { get; } = Values.Text(
        "--server", $"The fleet to ask. Default: {ServerVariable}, else {ServerAddress.Default}.", "URL");

    public Option<string?> ApiKey { get; } = Values.Text(
        "--api-key", $"Its API key, where it wants one. Default: {ApiKeyVariable}.", "KEY");

    /// <summary>Whether somebody named a fleet, so that it is a mistake if none answers.</summary>
    public bool IsNamed(ParseResult parsed, CliConsole console) =>
        parsed.GetValue(Server) is not null || !string.IsNullOrEmpty(console.Environment(ServerVariable));

    /// <summary>A client for what was typed, or what the environment says.</summary>
    /// <exception cref="CliException">The address is none.</exception>
    public FleetClient Connect(ParseResult parsed, CliConsole console)
    {
        var (text, source) = parsed.GetValue(Server) is { } given ? (given, "--server")
            : console.Environment(ServerVariable) is { Length: > 0 } variable ? (variable, ServerVariable)
            : (ServerAddress.Default, "");
        var server = ServerAddress.Parse(text)
            ?? throw new CliException($"{source} is \"{text}\": an address such as {ServerAddress.Default}.", ExitCodes.Usage);
        return new FleetClient(server, parsed.GetValue(ApiKey) ?? console.Environment(ApiKeyVariable), console.Time);
    }
}
