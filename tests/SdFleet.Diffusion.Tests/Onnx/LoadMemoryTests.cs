using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;
using Xunit.Abstractions;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>What loading takes of memory, in the small: models of 67 MB in one file, in a process of their own.</summary>
public sealed class LoadMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Side = 1024, Products = 12, Channels = 512;
    private const long Weights = 4L * ((Products * Side * Side) + (2 * Channels * Channels * 9));

    private readonly TemporaryFolder _folder = new TemporaryFolder()
        .Write("large.onnx", Model(Side, Products, Channels))
        .Write("small.onnx", Model(8, 1, 8));

    public void Dispose() => _folder.Dispose();

    // Rewritten, as attention is fused; and with nothing changed but where the weights are.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_AllInOneFile_TakesAtMostHalfOfTheWeightsMore(bool fuse)
    {
        if (!OperatingSystem.IsLinux())
        {
            output.WriteLine("Only Linux tells the peak.");
            return;
        }

        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        ProcessStartInfo start = new(
            host, [typeof(LoadMemoryProgram).Assembly.Location, _folder["small.onnx"], _folder["large.onnx"], fuse.ToString()])
        {
            RedirectStandardOutput = true,
        };
        using Process program = Process.Start(start)!;
        string printed = program.StandardOutput.ReadToEnd();
        program.WaitForExit();

        Assert.Equal(0, program.ExitCode);
        double times = long.Parse(printed, CultureInfo.InvariantCulture) / (double)Weights;
        output.WriteLine(FormattableString.Invariant($"{times:F2} times the weights"));
        Assert.InRange(times, 0.5, 1.5);
    }

    [Fact]
    public void Load_Rewritten_AllocatesNoArrayForTheWeights()
    {
        OnnxDevice device = OnnxDevice.Open(new() { Threads = 1 });
        OnnxGraphEditor editor = new(OnnxGraph.Read(_folder["large.onnx"]));
        editor.AddOutput("x0", OnnxElementType.Float32);

        long before = GC.GetAllocatedBytesForCurrentThread();
        using OnnxSession session = OnnxSession.Load(editor, device);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Weights / 100);
    }

    // Matrix products with attention behind them, and convolutions: the one kind is packed by its kernel, the other rewritten before.
    private static byte[] Model(int side, int products, int channels)
    {
        OnnxBuilder model = new OnnxBuilder()
            .Input("tokens", TensorElementType.Float, "b", "t", side)
            .Input("image", TensorElementType.Float, "b", channels, "h", "w");
        string tokens = "tokens", image = "image";
        for (int i = 0; i < products; i++)
        {
            model.Constant($"w{i}", Filled(side * side, i), side, side).Node("MatMul", $"{tokens} w{i}", $"x{i}");
            tokens = $"x{i}";
        }

        for (int i = 0; i < 2; i++)
        {
            model.Constant($"c{i}", Filled(channels * channels * 9, i), channels, channels, 3, 3).Node("Conv", $"{image} c{i}", $"i{i}");
            image = $"i{i}";
        }

        return model
            .Node("Transpose", tokens, "keys", "perm", 0, 2, 1)
            .Node("MatMul", $"{tokens} keys", "scores").Node("Softmax", "scores", "weights", "axis", -1)
            .Node("MatMul", $"weights {tokens}", "y")
            .Output("y", TensorElementType.Float, "b", "t", side)
            .Output(image, TensorElementType.Float, "b", channels, "h4", "w4")
            .Build();
    }

    private static float[] Filled(int count, int seed)
    {
        float[] values = new float[count];
        Array.Fill(values, 0.001f * (seed + 1));
        return values;
    }
}
