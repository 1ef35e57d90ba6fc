using System.Globalization;

namespace SdFleet.Cli.Models;

/// <summary>Large numbers as people read them.</summary>
internal static class Amount
{
    /// <summary>Bytes: 6.0 MB.</summary>
    public static string Bytes(long bytes) => bytes < 1000 ? Text($"{bytes} B") : Scaled(bytes, "kB", "MB", "GB", "TB");

    /// <summary>A count: 860 M.</summary>
    public static string Count(long count) => count < 1000 ? Text($"{count}") : Scaled(count, "k", "M", "G", "T");

    private static string Scaled(double value, params ReadOnlySpan<string> units)
    {
        var unit = -1;
        // What would be shown as 1000 of a unit is one of the next.
        while ((value >= 999.5 || unit < 0) && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return value < 9.95 ? Text($"{value:0.0} {units[unit]}") : Text($"{value:0} {units[unit]}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
