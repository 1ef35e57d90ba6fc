using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// The second cache of one processor core, asked for as ONNX Runtime does: the kernel for fused attention makes its blocks a part of it,
/// and takes everything in one piece where the system does not tell.
/// </summary>
internal static partial class ProcessorCache
{
    // glibc's <bits/confname.h>: _SC_LEVEL2_CACHE_SIZE.
    private const int Level2CacheSize = 191;

    /// <summary>Its size; null where the system does not tell, as glibc on most ARM machines, and where it is not Linux.</summary>
    public static int? Level2Bytes { get; } = Read();

    /// <summary>Whether ONNX Runtime does not find out its size. Windows and macOS always tell.</summary>
    public static bool IsHidden => OperatingSystem.IsLinux() && Level2Bytes is null;

    private static int? Read()
    {
        try
        {
            nint bytes = OperatingSystem.IsLinux() ? SystemConfiguration(Level2CacheSize) : 0;
            return bytes is > 0 and <= int.MaxValue ? (int)bytes : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial nint SystemConfiguration(int name);
}
