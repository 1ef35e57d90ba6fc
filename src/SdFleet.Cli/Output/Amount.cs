using System.Globalization;

namespace SdFleet.Cli.Output;

/// <summary>Numbers, lengths and times as people read them, in every language of the machine alike.</summary>
internal static class Amount
{
    /// <summary>Bytes: 6.0 MB.</summary>
    public static string Bytes(long bytes) => bytes < 1000 ? Text($"{bytes} B") : Scaled(bytes, "kB", "MB", "GB", "TB");

    /// <summary>A count: 860 M.</summary>
    public static string Count(long count) => count < 1000 ? Text($"{count}") : Scaled(count, "k", "M", "G", "T");

    /// <summary>A count of things: 1 job, 32 jobs.</summary>
    public static string Plural(long count, string one) => Text($"{count:N0} {one}{(count == 1 ? "" : "s")}");

    /// <summary>A duration: 42 s, 12 min, 3 h 20 min, 4.5 days.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 9.95 => Text($"{seconds:0.0} s"),
        < 90 => Text($"{seconds:0} s"),
        < 90 * 60 => Text($"{seconds / 60:0} min"),
        < 48 * 3600 => Text($"{Math.Floor(Math.Round(seconds / 60) / 60):0} h {Math.Round(seconds / 60) % 60:0} min"),
        _ => Text($"{seconds / 86400:0.0} days"),
    };

    /// <summary>A duration that may be far below a second: 240 ms; from there as <see cref="Duration"/> says it.</summary>
    public static string ShortDuration(double seconds) => seconds < 0.9995 ? Text($"{seconds * 1000:0} ms") : Duration(seconds);

    /// <summary>Hours, with as many digits as say something.</summary>
    public static string Hours(double seconds) => (seconds / 3600) switch
    {
        < 0.095 and var few => Text($"{few:0.####}"),
        < 9.95 and var some => Text($"{some:0.0#}"),
        var many => Text($"{many:N0}"),
    };

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

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
}
