using SdFleet.Cli.Chaos.Plan;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>Faults in words.</summary>
internal static class FaultWords
{
    public static string Of(FaultKind kind) => kind switch
    {
        FaultKind.WorkerKilled => "worker killed (SIGKILL)",
        FaultKind.WorkerTerminated => "worker told to stop (SIGTERM)",
        FaultKind.WorkerStopped => "worker stopped past its lease (SIGSTOP)",
        FaultKind.CoordinatorKilled => "coordinator killed (SIGKILL)",
        FaultKind.ApiKilled => "API killed (SIGKILL)",
        FaultKind.ConnectionsClosed => "broker connections closed",
        FaultKind.BrokerRestarted => "broker restarted",
        FaultKind.SessionsEnded => "PostgreSQL sessions ended",
        FaultKind.PostgresRestarted => "PostgreSQL restarted",
        FaultKind.BlobErrors => "blob store answers 503",
        FaultKind.BlobAnswersLost => "blob store's answers lost",
        FaultKind.BlobsHang => "blob store hangs",
        FaultKind.BlobsAway => "blob store away",
        FaultKind.BlobsRestarted => "blob store restarted",
        _ => kind.ToString(),
    };

    /// <summary>A colour a server: workers, coordinators, API, broker, database, blobs.</summary>
    public static string Color(FaultKind kind) => kind switch
    {
        FaultKind.WorkerKilled or FaultKind.WorkerTerminated or FaultKind.WorkerStopped => "#d06a4c",
        FaultKind.CoordinatorKilled => "#b0459a",
        FaultKind.ApiKilled => "#8a6d3b",
        FaultKind.ConnectionsClosed or FaultKind.BrokerRestarted => "#d9a400",
        FaultKind.SessionsEnded or FaultKind.PostgresRestarted => "#2f8f6b",
        _ => "#6b5bd6",
    };
}
