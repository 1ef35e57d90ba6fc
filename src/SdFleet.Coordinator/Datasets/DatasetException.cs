namespace SdFleet.Coordinator.Datasets;

/// <summary>A dataset cannot be made or checked as asked. The message says why and what to do.</summary>
public sealed class DatasetException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the same may work a little later.</summary>
    public bool IsTransient { get; init; }
}
