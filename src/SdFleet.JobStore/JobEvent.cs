using SdFleet.Contracts.Events;

namespace SdFleet.JobStore;

/// <summary>
/// What a worker reported of an attempt: one of <see cref="JobStarted"/>, <see cref="JobProgress"/>,
/// <see cref="JobCompleted"/> and <see cref="JobFailed"/>, each of which converts to it.
/// </summary>
public sealed class JobEvent
{
    private JobEvent(Guid jobId, int attempt, object report)
    {
        JobId = jobId;
        Attempt = attempt;
        Report = report;
    }

    /// <summary>The job.</summary>
    public Guid JobId { get; }

    /// <summary>The attempt.</summary>
    public int Attempt { get; }

    /// <summary>The report itself.</summary>
    public object Report { get; }

    /// <summary>Wraps a report.</summary>
    public static implicit operator JobEvent(JobStarted report) => From(report);

    /// <summary>Wraps a report.</summary>
    public static implicit operator JobEvent(JobProgress report) => From(report);

    /// <summary>Wraps a report.</summary>
    public static implicit operator JobEvent(JobCompleted report) => From(report);

    /// <summary>Wraps a report.</summary>
    public static implicit operator JobEvent(JobFailed report) => From(report);

    /// <summary>Wraps a report.</summary>
    public static JobEvent From(JobStarted report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new JobEvent(report.JobId, report.Attempt, report);
    }

    /// <summary>Wraps a report.</summary>
    public static JobEvent From(JobProgress report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new JobEvent(report.JobId, report.Attempt, report);
    }

    /// <summary>Wraps a report.</summary>
    public static JobEvent From(JobCompleted report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new JobEvent(report.JobId, report.Attempt, report);
    }

    /// <summary>Wraps a report.</summary>
    public static JobEvent From(JobFailed report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new JobEvent(report.JobId, report.Attempt, report);
    }
}
