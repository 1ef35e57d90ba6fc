using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Tests.Onnx;

public sealed class GraphOptimizationTests
{
    [Theory]
    [InlineData(0, null, GraphOptimization.All)]
    [InlineData(1L << 30, null, GraphOptimization.All)]
    [InlineData((1L << 30) + 1, null, GraphOptimization.Extended)]
    [InlineData((1L << 30) + 1, GraphOptimization.All, GraphOptimization.All)]
    [InlineData(0, GraphOptimization.Basic, GraphOptimization.Basic)]
    public void OptimizationOf_OnTheProcessor_LeavesTheLayoutOfLargeWeightsUnlessAskedTo(long weights, GraphOptimization? asked, GraphOptimization expected) =>
        Assert.Equal(expected, OnnxDevice.Open(new() { Optimization = asked }).OptimizationOf(weights));
}
