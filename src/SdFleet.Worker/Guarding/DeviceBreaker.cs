using Microsoft.Extensions.Options;

namespace SdFleet.Worker.Guarding;

/// <summary>
/// Counts passes in a row that the device failed. Only a pass with a job that has not failed here before counts: one job that
/// comes again and again says nothing about the device.
/// </summary>
internal sealed class DeviceBreaker(IOptions<WorkerOptions> options)
{
    private readonly HashSet<Guid> _failed = [];
    private int _faults;
    private volatile bool _isOpen;

    /// <summary>Whether the device is given up; never closes again, as a broken driver mends with a new process at best.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>A pass came through.</summary>
    public void Succeeded()
    {
        _faults = 0;
        _failed.Clear();
    }

    /// <summary>A pass failed.</summary>
    /// <param name="jobs">The jobs in it.</param>
    /// <param name="error">How it failed; what is wrong with the task itself is not the device's fault.</param>
    /// <returns>True where this fault opened it.</returns>
    public bool Failed(IEnumerable<Guid> jobs, Exception error)
    {
        var isNew = jobs.Where(_failed.Add).ToList().Count > 0;
        if (error is ArgumentException or OperationCanceledException || !isNew || ++_faults < options.Value.MaxDeviceFaults || _isOpen)
        {
            return false;
        }

        _isOpen = true;
        return true;
    }
}
