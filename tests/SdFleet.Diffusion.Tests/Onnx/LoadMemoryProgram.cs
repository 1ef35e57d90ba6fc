using System.Globalization;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>
/// What the test project does when it is run as a program: it loads a model, and prints by how many bytes the memory of the process grew at
/// most. Arguments: a small model, which is loaded before, so that only the other one counts; the model; whether attention is fused. Linux.
/// </summary>
internal static class LoadMemoryProgram
{
    public static int Main(string[] arguments)
    {
        if (arguments is not [string small, string model, string fuse])
        {
            Console.Error.WriteLine("SMALL_MODEL MODEL FUSE_ATTENTION");
            return 2;
        }

        OnnxDevice device = OnnxDevice.Open(new() { Threads = 1, FuseAttention = bool.Parse(fuse) });
        OnnxSession.Load(small, device).Dispose();

        // From here on the peak counts (proc(5), clear_refs).
        File.WriteAllText("/proc/self/clear_refs", "5");
        long before = Read("VmRSS:");
        using OnnxSession session = OnnxSession.Load(model, device);
        Console.WriteLine(Read("VmHWM:") - before);
        return 0;
    }

    private static long Read(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
