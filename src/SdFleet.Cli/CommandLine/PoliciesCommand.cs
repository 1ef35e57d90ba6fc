using System.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Hosting.Bus;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet policies</c>: the broker's part of the fleet's rules, for brokers whose management API the coordinator does not reach.</summary>
internal static class PoliciesCommand
{
    private const int DefaultVersion = 4;

    public static Command Create(CliConsole console)
    {
        var version = Values.Whole<int>("--rabbitmq", $"The broker's major version. Default {DefaultVersion}.");
        var command = new Command("policies", "Prints the commands that set the fleet's policies on RabbitMQ: dead letters, alternate exchange.") { version };
        command.SetAction(parsed =>
        {
            foreach (var policy in BrokerPolicies.For(parsed.GetValue(version) ?? DefaultVersion))
            {
                console.Out.WriteLine(
                    $"rabbitmqctl set_policy --apply-to {policy.AppliesTo} {policy.Name} '{policy.Pattern}' '{policy.Definition.ToJsonString()}'");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
