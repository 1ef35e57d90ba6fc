using SdFleet.Cli.Progress;

namespace SdFleet.Cli.Tests;

public sealed class ProgressLineTests
{
    private static readonly ProgressState Half = new("drawing", 14, 28, 0.5, TimeSpan.FromSeconds(7));

    [Fact]
    public void Bar_WideTerminal_ShowsEverything()
    {
        var line = ProgressLine.Bar(Half, 79, color: false, unicode: true);

        Assert.Equal($"drawing  {new string('━', 20)}{new string('┄', 20)}  14/28  2.0/s  0:07 left", line);
    }

    [Fact]
    public void Bar_WithoutUnicode_IsAscii()
    {
        var line = ProgressLine.Bar(Half, 79, color: false, unicode: false);

        Assert.Equal($"drawing  {new string('#', 20)}{new string('.', 20)}  14/28  2.0/s  0:07 left", line);
    }

    [Fact]
    public void Bar_Colored_EndsItsColors()
    {
        var line = ProgressLine.Bar(Half, 79, color: true, unicode: true);

        Assert.Contains("\e[32m", line, StringComparison.Ordinal);
        Assert.Contains("\e[0m  14/28", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Bar_AnyWidth_FitsAndKeepsTheCount()
    {
        for (var width = 0; width < 120; width++)
        {
            var line = ProgressLine.Bar(Half, width, color: false, unicode: true);

            Assert.True(line.Length <= width, $"{width}: {line}");
            Assert.True(width < 5 || line.Contains("14/28", StringComparison.Ordinal), $"{width}: {line}");
        }
    }

    [Theory]
    [InlineData(38, "drawing  ━━━━┄┄┄┄┄  14/28  0:07 left")]
    [InlineData(30, "━━━━━┄┄┄┄┄┄  14/28  0:07 left")]
    [InlineData(20, "━━━━━━┄┄┄┄┄┄┄  14/28")]
    [InlineData(14, "14/28")]
    public void Bar_Narrow_LeavesOutTheLeastUseful(int width, string expected)
    {
        var line = ProgressLine.Bar(Half, width, color: false, unicode: true);

        // The bar takes whatever is left.
        Assert.Equal(Words(expected), Words(line));
        Assert.Equal(expected.Contains('━', StringComparison.Ordinal), line.Contains('━', StringComparison.Ordinal));

        static string[] Words(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => !w.Contains('━', StringComparison.Ordinal))];
    }

    [Fact]
    public void Bar_TooEarly_PromisesNothing()
    {
        var line = ProgressLine.Bar(new ProgressState("drawing", 0, 28, 0, TimeSpan.FromSeconds(0.1)), 79, color: false, unicode: true);

        Assert.EndsWith("  0/28", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0.1, 10, "10.0 s each, 1:30 left")]
    [InlineData(5, 0.5, 4000, "800.0 s each, 1:06:40 left")]
    [InlineData(10, 1.0, 4, "2.5/s")]
    public void Plain_IsASentence(int done, double fraction, double seconds, string rest)
    {
        var line = ProgressLine.Plain(new ProgressState("drawing", done, 10, fraction, TimeSpan.FromSeconds(seconds)));

        Assert.Equal($"drawing: {done}/10, {rest}", line);
    }

    [Fact]
    public void Plain_AlmostNothingDone_PromisesNothing()
    {
        var line = ProgressLine.Plain(new ProgressState("drawing", 0, 10, 1e-300, TimeSpan.FromHours(1)));

        Assert.Equal("drawing: 0/10", line);
    }
}
