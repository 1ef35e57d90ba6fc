using System.Runtime.InteropServices;
using System.Text;

namespace SdFleet.Worker.Devices;

/// <summary>
/// The memory of an NVIDIA GPU, as its driver counts it. The worker's one place that calls native code: ONNX Runtime does not tell what
/// memory a device has or has in use, and a package for these few functions would bring a toolkit. Both libraries belong to the driver, so
/// that they are where a GPU computes; they are looked for, not linked to, as the same worker runs without one. The functions are those of
/// cuda.h and nvml.h.
/// </summary>
internal sealed unsafe class NvidiaMemory
{
    private const string CudaLibrary = "libcuda.so.1";
    private const string NvmlLibrary = "libnvidia-ml.so.1";
    private const int Success = 0;
    private const int UuidBytes = 16;

    private readonly string _id;
    private readonly nint _device;
    private readonly delegate* unmanaged<nint, ulong*, int> _getMemoryInfo;

    private NvidiaMemory(string id, nint device, nint getMemoryInfo)
    {
        _id = id;
        _device = device;
        _getMemoryInfo = (delegate* unmanaged<nint, ulong*, int>)getMemoryInfo;
    }

    /// <summary>Finds the GPU that CUDA counts as <paramref name="ordinal"/>.</summary>
    /// <param name="ordinal">Number of the device, from 0, among those that CUDA shows to this process.</param>
    /// <param name="reason">Why its memory cannot be known; null where it can.</param>
    public static NvidiaMemory? TryOpen(int ordinal, out string? reason)
    {
        try
        {
            reason = null;
            return Open(ordinal);
        }
        catch (Exception e) when (e is InvalidOperationException or EntryPointNotFoundException)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>The memory now; null where the driver does not answer.</summary>
    public GpuMemory? Read()
    {
        // struct nvmlMemory_t: total, free, used.
        var info = stackalloc ulong[3];
        return _getMemoryInfo(_device, info) == Success ? new GpuMemory(_id, (long)info[2], (long)info[0]) : null;
    }

    // NVML counts devices in another order than CUDA, and takes no notice of CUDA_VISIBLE_DEVICES; a UUID means the same to both.
    private static NvidiaMemory Open(int ordinal)
    {
        var cuda = Load(CudaLibrary);
        var nvml = Load(NvmlLibrary);
        int device;
        var uuid = stackalloc byte[UuidBytes];
        Check("cuInit", ((delegate* unmanaged<uint, int>)NativeLibrary.GetExport(cuda, "cuInit"))(0));
        Check("cuDeviceGet", ((delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(cuda, "cuDeviceGet"))(&device, ordinal));
        Check("cuDeviceGetUuid", ((delegate* unmanaged<byte*, int, int>)NativeLibrary.GetExport(cuda, "cuDeviceGetUuid_v2"))(uuid, device));
        Check("nvmlInit", ((delegate* unmanaged<int>)NativeLibrary.GetExport(nvml, "nvmlInit_v2"))());

        var find = (delegate* unmanaged<byte*, nint*, int>)NativeLibrary.GetExport(nvml, "nvmlDeviceGetHandleByUUID");
        var number = new Guid(new ReadOnlySpan<byte>(uuid, UuidBytes), bigEndian: true);
        var code = Success;

        // A part of a divided GPU is named like a whole one, but for the beginning.
        foreach (var id in new[] { $"GPU-{number:D}", $"MIG-{number:D}" })
        {
            nint handle;
            fixed (byte* text = Encoding.ASCII.GetBytes(id + '\0'))
            {
                code = find(text, &handle);
            }

            if (code == Success)
            {
                var memory = new NvidiaMemory(id, handle, NativeLibrary.GetExport(nvml, "nvmlDeviceGetMemoryInfo"));
                return memory.Read() is not null ? memory : throw new InvalidOperationException($"nvmlDeviceGetMemoryInfo does not answer for {id}");
            }
        }

        throw new InvalidOperationException($"nvmlDeviceGetHandleByUUID answers {code} for {number:D}");
    }

    private static nint Load(string library) =>
        NativeLibrary.TryLoad(library, out var handle) ? handle : throw new InvalidOperationException($"{library} of the NVIDIA driver cannot be loaded");

    private static void Check(string function, int code)
    {
        if (code != Success)
        {
            throw new InvalidOperationException($"{function} answers {code}");
        }
    }
}
