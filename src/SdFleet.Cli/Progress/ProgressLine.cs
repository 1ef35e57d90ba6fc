using System.Globalization;
using System.Text;

namespace SdFleet.Cli.Progress;

/// <summary>Shows a <see cref="ProgressState"/> as text. Pure, so that every width can be tested.</summary>
internal static class ProgressLine
{
    private const int ShortestBar = 8;
    private const int LongestBar = 40;
    private const string Gap = "  ";
    private const string Green = "\e[32m";
    private const string Gray = "\e[90m";
    private const string Reset = "\e[0m";

    /// <summary>
    /// One line of at most <paramref name="width"/> columns. Where they do not suffice, the rate goes first, then the label,
    /// then the time left, then the bar.
    /// </summary>
    public static string Bar(ProgressState state, int width, bool color, bool unicode)
    {
        var count = Count(state);
        var rate = RateText(state);
        var left = LeftText(state);
        string[][] tails = [[count, rate, left], [count, left], [count, left], [count]];
        for (var i = 0; i < tails.Length; i++)
        {
            var label = i < 2 ? state.Label + Gap : "";
            var tail = Gap + string.Join(Gap, tails[i].Where(t => t.Length > 0));
            var room = width - label.Length - tail.Length;
            if (room >= ShortestBar)
            {
                return label + Draw(state.Fraction, Math.Min(room, LongestBar), color, unicode) + tail;
            }
        }

        return count.Length <= width ? count : count[..Math.Max(width, 0)];
    }

    /// <summary>A sentence for a log.</summary>
    public static string Plain(ProgressState state)
    {
        var line = new StringBuilder(state.Label).Append(": ").Append(Count(state));
        foreach (var part in new[] { RateText(state), LeftText(state) })
        {
            if (part.Length > 0)
            {
                line.Append(", ").Append(part);
            }
        }

        return line.ToString();
    }

    private static string Count(ProgressState state) => Text($"{state.Done}/{state.Total}");

    private static string RateText(ProgressState state) => state.Rate switch
    {
        null => "",
        >= 1 and var rate => Text($"{rate:0.0}/s"),
        var rate => Text($"{1 / rate:0.0} s each"),
    };

    private static string LeftText(ProgressState state)
    {
        if (state.Left is not { } left || state.Done >= state.Total)
        {
            return "";
        }

        // Rounded up: a promise of nothing left, while there is something left, looks like a hang.
        var rounded = TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds));
        return rounded < TimeSpan.FromHours(1)
            ? Text($"{rounded.Minutes}:{rounded.Seconds:00} left")
            : Text($"{(long)rounded.TotalHours}:{rounded.Minutes:00}:{rounded.Seconds:00} left");
    }

    private static string Draw(double fraction, int length, bool color, bool unicode)
    {
        var filled = (int)(Math.Clamp(fraction, 0, 1) * length);
        if (!unicode)
        {
            return new string('#', filled) + new string('.', length - filled);
        }

        // Without colour the two parts must differ in shape.
        return color
            ? Green + new string('━', filled) + Gray + new string('━', length - filled) + Reset
            : new string('━', filled) + new string('┄', length - filled);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
