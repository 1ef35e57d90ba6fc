using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Sql;

/// <summary>Enums in the database are words: readable there, and independent of the order of the enum's members.</summary>
internal static class SqlWords
{
    public static string Of(Lane lane) => lane switch
    {
        Lane.Interactive => "interactive",
        Lane.Normal => "normal",
        Lane.Bulk => "bulk",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, "Unknown lane."),
    };

    public static Lane LaneOf(string word) => Enum.Parse<Lane>(word, ignoreCase: true);

    public static JobState StateOf(string word) => Enum.Parse<JobState>(word, ignoreCase: true);
}
