using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;

namespace SdFleet.Cli.Tests;

public sealed class ProgressDisplayTests
{
    [Fact]
    public async Task Display_OnATerminal_RedrawsOneLineAndClearsIt()
    {
        var error = new StringWriter();
        using (var display = new ProgressDisplay(Console(error, isTerminal: true), "drawing", 4))
        {
            display.Report(1);
            display.Note("a note");
            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }

        var written = error.ToString();
        Assert.Contains("\r\e[Ka note", written, StringComparison.Ordinal);
        Assert.Contains("1/4", written, StringComparison.Ordinal);
        Assert.EndsWith("\r\e[K", written, StringComparison.Ordinal);
        Assert.Single(written.Split('\n'), line => line.Contains("1/4", StringComparison.Ordinal));
    }

    [Fact]
    public void Display_Elsewhere_WritesNoControlCharacters()
    {
        var error = new StringWriter();
        using (var display = new ProgressDisplay(Console(error, isTerminal: false), "drawing", 4))
        {
            display.Report(1);
            display.Note("a note");
        }

        Assert.Equal($"a note{Environment.NewLine}", error.ToString());
    }

    private static CliConsole Console(StringWriter error, bool isTerminal) =>
        new() { Out = TextWriter.Null, Error = error, IsTerminal = isTerminal };
}
