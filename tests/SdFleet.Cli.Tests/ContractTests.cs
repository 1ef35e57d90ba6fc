using System.Text.Json.Nodes;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests;

public sealed class ContractTests
{
    [Fact]
    public async Task Check_Lines_NamesTheLineAndEveryFault()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("jobs.jsonl"),
        [
            """{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","prompt":"a red circle"}""",
            "",
            """{"prompt":"a red circle","steps":0,"colour":"red"}""",
            "a red circle",
        ]);

        var run = await CliRun.Of("contract", "check", folder.Of("jobs.jsonl"));

        Assert.Equal(1, run.ExitCode);
        Assert.Collection(
            run.Lines,
            line => Assert.StartsWith("line 3: id is missing: a UUID", line, StringComparison.Ordinal),
            line => Assert.StartsWith("line 3: steps is 0: an integer from 1 to 1000", line, StringComparison.Ordinal),
            line => Assert.StartsWith("line 3: colour is \"red\": not a field", line, StringComparison.Ordinal),
            line => Assert.StartsWith("line 4: body is not JSON", line, StringComparison.Ordinal));
        Assert.Contains("1 in order, 2 not.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OneDocument_MayHaveManyLines()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("job.json"), "{\n  \"id\": \"0f8fad5b-d9cb-469f-a165-70867728950e\",\n  \"prompt\": \"p\"\n}\n");

        var run = await CliRun.Of("contract", "check", folder.Of("job.json"));

        Assert.Empty(run.Succeeded().Lines);
    }

    [Fact]
    public async Task Check_NoMessages_IsNoSuccess()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("jobs.jsonl"), "\n");

        Assert.Equal(1, (await CliRun.Of("contract", "check", folder.Of("jobs.jsonl"))).ExitCode);
        Assert.Equal(2, (await CliRun.Of("contract", "check", folder.Of("none.jsonl"))).ExitCode);
    }

    [Theory]
    [InlineData("schema", "$schema")]
    [InlineData("asyncapi", "asyncapi")]
    public async Task Document_IsPrintedWhole(string document, string key)
    {
        var run = (await CliRun.Of("contract", document)).Succeeded();

        Assert.NotNull(JsonNode.Parse(run.Out)![key]);
    }
}
