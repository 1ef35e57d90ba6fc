using System.CommandLine;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary>Which broker a command talks to.</summary>
internal sealed class BrokerOption
{
    private const string Variable = "SDFLEET_BROKER";

    public Option<string?> Option { get; } = Values.Text(
        "--broker", $"RabbitMQ, as amqp://user:password@host:port/vhost. Default: {Variable}.", "URI");

    /// <summary>The address that was typed, or that the environment gives.</summary>
    /// <exception cref="CliException">There is none, or it is no such address.</exception>
    public Uri Of(ParseResult parsed, CliConsole console)
    {
        var text = parsed.GetValue(Option) ?? console.Environment(Variable);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"
            ? uri
            : throw new CliException($"--broker (or {Variable}) must be amqp://user:password@host:port/vhost (or amqps://).", ExitCodes.Usage);
    }
}
