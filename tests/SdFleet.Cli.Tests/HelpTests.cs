using System.CommandLine;
using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Cli.Tests.Support;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Paths(Root(), "")];

    [Fact]
    public async Task Help_OfTheRoot_ListsEveryCommand()
    {
        var run = (await CliRun.Of("--help")).Succeeded();

        Assert.All(Root().Subcommands, command => Assert.Contains($"\n  {command.Name} ", run.Out, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfACommand_DescribesItAndItsOptions(string path)
    {
        var run = (await CliRun.Of([.. path.Split(' '), "--help"])).Succeeded();

        var command = path.Split(' ').Aggregate((Command)Root(), (above, name) => above.Subcommands.Single(c => c.Name == name));
        Assert.False(string.IsNullOrWhiteSpace(command.Description));
        Assert.Contains($" {path} ", run.Out, StringComparison.Ordinal);
        Assert.All(command.Options, option =>
        {
            Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name);
            Assert.Contains(option.Name, run.Out, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task NoArguments_ShowsHelpAndReturnsTwo()
    {
        var run = await CliRun.Of();

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("generate", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_IsTheFleets()
    {
        var run = (await CliRun.Of("--version")).Succeeded();

        Assert.Equal($"sdfleet {FleetVersion.Current}", run.Out.Trim());
    }

    private static RootCommand Root() => SdFleetCommand.Create(new CliConsole { Out = TextWriter.Null, Error = TextWriter.Null });

    private static IEnumerable<string> Paths(Command command, string prefix) =>
        command.Subcommands.SelectMany(c => Paths(c, $"{prefix}{c.Name} ").Prepend($"{prefix}{c.Name}"));
}
