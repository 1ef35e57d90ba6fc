using SdFleet.Worker.Devices;

namespace SdFleet.Worker.Tests.Devices;

public sealed class NvidiaMemoryTests
{
    // With a GPU, which few machines that run tests have, it is read; without one, the reason says what is missing.
    [Fact]
    public void TryOpen_ReadsTheMemoryOrSaysWhyNot()
    {
        var memory = NvidiaMemory.TryOpen(0, out var reason);

        if (!File.Exists("/dev/nvidiactl"))
        {
            Assert.Null(memory);
            Assert.Matches(@"^libcuda\.so\.1 of the NVIDIA driver cannot be loaded$|^libnvidia-ml\.so\.1 of the NVIDIA driver cannot be loaded$|^cuInit answers \d+$", reason);
            return;
        }

        Assert.Null(reason);
        var read = memory!.Read()!.Value;
        Assert.Matches("^(GPU|MIG)-[0-9a-f-]{36}$", read.Id);
        Assert.InRange(read.Limit, 1L << 30, 1L << 42);
        Assert.InRange(read.Used, 0, read.Limit);
    }

    [Fact]
    public void TryOpen_NoSuchDevice_SaysWhyNot()
    {
        Assert.Null(NvidiaMemory.TryOpen(1023, out var reason));

        Assert.NotEmpty(reason!);
    }
}
