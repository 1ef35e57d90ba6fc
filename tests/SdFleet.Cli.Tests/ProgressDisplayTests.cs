using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;

namespace SdFleet.Cli.Tests;

public sealed class ProgressDisplayTests
{
    [Fact]
    public async Task Display_OnATerminal_RedrawsOneLineAndClearsIt()
    {
        var error = new WriterThatWaitsFor("1/4");
        using (var display = new ProgressDisplay(Console(error, isTerminal: true), "drawing", 4))
        {
            // First, or the bar might stand once above it and once below.
            display.Note("a note");
            display.Report(1);
            await error.IsWritten.WaitAsync(TimeSpan.FromMinutes(2));
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

    private sealed class WriterThatWaitsFor(string text) : StringWriter
    {
        private readonly TaskCompletionSource _written = new();

        public Task IsWritten => _written.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
            {
                _written.TrySetResult();
            }
        }
    }
}
