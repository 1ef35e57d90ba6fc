using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

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

    public static string Of(BatchState state) => state switch
    {
        BatchState.Expanding => "expanding",
        BatchState.Running => "running",
        BatchState.Completed => "completed",
        BatchState.Failed => "failed",
        BatchState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
    };

    public static BatchState BatchStateOf(string word) => Enum.Parse<BatchState>(word, ignoreCase: true);

    public static string Of(WebhookState state) => state switch
    {
        WebhookState.Pending => "pending",
        WebhookState.Delivered => "delivered",
        WebhookState.Abandoned => "abandoned",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
    };

    public static WebhookState WebhookStateOf(string word) => Enum.Parse<WebhookState>(word, ignoreCase: true);

    public static WebhookSubject WebhookSubjectOf(string word) => Enum.Parse<WebhookSubject>(word, ignoreCase: true);

    public static WebhookEvent WebhookEventOf(string word) => Enum.Parse<WebhookEvent>(word, ignoreCase: true);

    public static string Of(ExportState state) => state switch
    {
        ExportState.Planning => "planning",
        ExportState.Building => "building",
        ExportState.Finishing => "finishing",
        ExportState.Completed => "completed",
        ExportState.Failed => "failed",
        ExportState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
    };

    public static ExportState ExportStateOf(string word) => Enum.Parse<ExportState>(word, ignoreCase: true);

    public static JobState StateOf(string word) => Enum.Parse<JobState>(word, ignoreCase: true);
}
