namespace SdFleet.Cli.Chaos.Plan;

/// <summary>What can be done to a fleet.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL to a worker.</summary>
    WorkerKilled,

    /// <summary>SIGTERM to a worker.</summary>
    WorkerTerminated,

    /// <summary>SIGSTOP to a worker until its lease is over, then SIGCONT.</summary>
    WorkerStopped,

    /// <summary>SIGKILL to a coordinator.</summary>
    CoordinatorKilled,

    /// <summary>SIGKILL to the API.</summary>
    ApiKilled,

    /// <summary>The broker closes every connection of the run's virtual host.</summary>
    ConnectionsClosed,

    /// <summary>The broker is restarted, by a command that the user gives.</summary>
    BrokerRestarted,

    /// <summary>PostgreSQL ends every session of the run's database.</summary>
    SessionsEnded,

    /// <summary>PostgreSQL is restarted, by a command that the user gives.</summary>
    PostgresRestarted,

    /// <summary>The blob store answers 503.</summary>
    BlobErrors,

    /// <summary>The blob store does what it is asked, and its answers are lost.</summary>
    BlobAnswersLost,

    /// <summary>The blob store takes requests and does not answer.</summary>
    BlobsHang,

    /// <summary>The blob store is away: every connection to it is cut.</summary>
    BlobsAway,

    /// <summary>The blob store is restarted, by a command that the user gives.</summary>
    BlobsRestarted,
}
