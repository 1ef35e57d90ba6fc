using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Tests.Onnx;

public sealed class OnnxRuntimeTests
{
    [Fact]
    public void GetVersionString_OnThisFeed_LoadsTheNativeLibrary()
    {
        Assert.StartsWith("1.", OrtEnv.Instance().GetVersionString(), StringComparison.Ordinal);
    }

    [Fact]
    public void GetAvailableProviders_OnAnyMachine_HasTheCpu()
    {
        Assert.Contains("CPUExecutionProvider", OrtEnv.Instance().GetAvailableProviders());
    }
}
