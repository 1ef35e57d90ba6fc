namespace SdFleet.Cli.Output;

/// <summary>
/// Where a command writes and what can be shown there. Results go to <see cref="Out"/>, so that they can be piped; progress,
/// notes and errors go to <see cref="Error"/>.
/// </summary>
internal sealed record CliConsole
{
    private const int UsualWidth = 80;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard input.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Whether <see cref="Error"/> is a terminal whose lines can be redrawn.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether colours are wanted (https://no-color.org).</summary>
    public bool HasColor { get; init; }

    /// <summary>Whether more than ASCII can be shown.</summary>
    public bool HasUnicode { get; init; } = true;

    /// <summary>Columns, asked for each time, as windows change.</summary>
    public Func<int> Width { get; init; } = () => UsualWidth;

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CliConsole OfThisProcess()
    {
        var isTerminal = !Console.IsErrorRedirected && Variable("TERM") != "dumb";
        return new CliConsole
        {
            Out = Console.Out,
            Error = Console.Error,
            In = Console.In,
            IsTerminal = isTerminal,
            HasColor = isTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")),
            HasUnicode = Console.OutputEncoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase),
            Width = WindowWidth,
            Environment = Variable,
        };
    }

    /// <summary>A line on <see cref="Error"/> that is no result.</summary>
    public void Note(string line) => Error.WriteLine(line);

    private static string? Variable(string name) => System.Environment.GetEnvironmentVariable(name);

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : UsualWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return UsualWidth;
        }
    }
}
