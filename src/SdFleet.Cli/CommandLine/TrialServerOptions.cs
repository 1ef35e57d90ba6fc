using System.CommandLine;
using SdFleet.Cli.Chaos;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary>The servers that a command may try a fleet on: the same options for each such command.</summary>
internal sealed class TrialServerOptions
{
    private const int ManagementPort = 15672;
    private const int ManagementTlsPort = 15671;
    private const string ManagementVariable = "SDFLEET_MANAGEMENT";
    private const string PostgresVariable = "SDFLEET_POSTGRES";
    private const string BlobsVariable = "SDFLEET_BLOBS";

    private readonly BrokerOption _broker = new();

    public Option<string?> Broker => _broker.Option;

    public Option<string?> Management { get; } = Values.Text(
        "--management", $"The broker's management API. Default: {ManagementVariable}, else http://HOST:{ManagementPort} (with amqps, https://HOST:{ManagementTlsPort}).", "URL");

    public Option<string?> Postgres { get; } = Values.Text(
        "--postgres", $"PostgreSQL, as a connection string; without it jobs are kept in a file. Default: {PostgresVariable}.", "TEXT");

    public Option<string?> Blobs { get; } = Values.Text(
        "--blobs", $"A blob service, as a connection string or a signed address; without it pictures are kept in a folder. Default: {BlobsVariable}.", "TEXT");

    /// <summary>What was typed, or what the environment gives.</summary>
    /// <exception cref="CliException">An address is none.</exception>
    public TrialServers Of(ParseResult parsed, CliConsole console)
    {
        var broker = _broker.Of(parsed, console);
        return new TrialServers
        {
            Broker = broker,
            Management = ManagementOf(Given(Management, ManagementVariable), broker),
            Postgres = Given(Postgres, PostgresVariable),
            Blobs = Given(Blobs, BlobsVariable),
        };

        string? Given(Option<string?> option, string variable) =>
            parsed.GetValue(option) ?? (console.Environment(variable) is { Length: > 0 } value ? value : null);
    }

    private static Uri ManagementOf(string? given, Uri broker)
    {
        if (given is null)
        {
            return broker.Scheme == "amqps"
                ? new UriBuilder("https", broker.Host, ManagementTlsPort).Uri
                : new UriBuilder("http", broker.Host, ManagementPort).Uri;
        }

        return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CliException($"--management (or {ManagementVariable}) is \"{given}\": an address such as http://localhost:{ManagementPort}.", ExitCodes.Usage);
    }
}
