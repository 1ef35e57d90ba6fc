namespace SdFleet.Worker.Devices;

/// <summary>The memory of a GPU at one moment.</summary>
/// <param name="Id">The GPU, unique on its machine.</param>
/// <param name="Used">Bytes in use, by whomever.</param>
/// <param name="Limit">Bytes that it has.</param>
internal readonly record struct GpuMemory(string Id, long Used, long Limit);
