using System.Text.Json;
using SdFleet.Diffusion.Noise;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The CPU generator against torch's.</summary>
public class TorchCpuGoldenTests
{
    private const double Tolerance = 2e-6;

    public static TheoryData<string, string> Seeds()
    {
        var data = new TheoryData<string, string>();
        foreach (string file in GoldenFolder.Files("rng").Where(file => GoldenFolder.Read(file).Text("format") == "oracle-rng-1"))
        {
            foreach (JsonElement @case in GoldenFolder.Read(file).GetProperty("cases").EnumerateArray())
            {
                data.Add(file, @case.Text("seed"));
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Generator_OfSeed_GivesTorchValues(string file, string seed)
    {
        JsonElement golden = GoldenFolder.Read(file).GetProperty("cases").EnumerateArray().First(@case => @case.Text("seed") == seed);
        foreach (JsonElement operation in golden.GetProperty("single").EnumerateArray())
        {
            Check(new TorchCpuGenerator(GoldenSeed.Parse(seed)), operation);
        }

        foreach (JsonElement sequence in golden.GetProperty("sequences").EnumerateArray())
        {
            var generator = new TorchCpuGenerator(GoldenSeed.Parse(seed));
            foreach (JsonElement operation in sequence.EnumerateArray())
            {
                Check(generator, operation);
            }
        }
    }

    private static void Check(TorchCpuGenerator generator, JsonElement operation)
    {
        string what = $"{operation.Text("op")} {operation.GetProperty("shape").GetRawText()}";
        if (operation.Text("op") == "randint")
        {
            long[] integers = new long[operation.Product("shape")];
            generator.Randint(operation.GetProperty("low").GetInt64(), operation.GetProperty("high").GetInt64(), integers);
            long[] expected = [.. operation.GetProperty("values").EnumerateArray().Select(value => value.GetInt64())];
            Assert.Equal(expected, integers[..expected.Length]);
            return;
        }

        float[] values = new float[operation.Product("shape")];
        if (operation.Text("op") == "randn")
        {
            generator.Randn(values);
        }
        else
        {
            generator.Rand(values);
        }

        RecordedValues.Check(what, operation, values, Tolerance);
    }
}
