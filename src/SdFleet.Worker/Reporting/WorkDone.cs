namespace SdFleet.Worker.Reporting;

/// <summary>What a worker has stored since it started.</summary>
/// <param name="Images">Pictures.</param>
/// <param name="PixelPasses">The work that they were.</param>
/// <param name="GpuSeconds">Seconds of the device that they cost.</param>
/// <param name="Bytes">Bytes of their files.</param>
internal readonly record struct WorkDone(long Images, double PixelPasses, double GpuSeconds, long Bytes);
