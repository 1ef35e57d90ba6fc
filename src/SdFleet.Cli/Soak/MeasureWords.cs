using SdFleet.Cli.Output;

namespace SdFleet.Cli.Soak;

/// <summary>How measures and their values are written.</summary>
internal static class MeasureWords
{
    public static string Of(Measure measure) => measure switch
    {
        Measure.Memory => "memory",
        Measure.OpenFiles => "open files and sockets",
        Measure.Threads => "threads",
        Measure.Processor => "cores used",
        Measure.Connections => "connections",
        Measure.Channels => "channels",
        Measure.Consumers => "consumers",
        Measure.Queues => "queues",
        Measure.Waiting => "messages waiting",
        Measure.Sessions => "sessions",
        _ => throw new ArgumentOutOfRangeException(nameof(measure), measure, "Unknown measure."),
    };

    /// <summary>A value as people read it.</summary>
    public static string Value(Measure measure, double value) => measure switch
    {
        Measure.Memory => $"{(value < 0 ? "-" : "")}{Amount.Bytes((long)Math.Abs(value))}",
        Measure.Processor => Amount.Text($"{value:0.00}"),
        _ => Amount.Text($"{value:0.#}"),
    };
}
