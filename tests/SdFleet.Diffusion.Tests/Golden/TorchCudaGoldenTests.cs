using System.Text.Json;
using SdFleet.Diffusion.Noise;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The CUDA generator against torch's, and Philox against its authors' known answers.</summary>
public class TorchCudaGoldenTests
{
    private const double Tolerance = 5e-6;

    public static TheoryData<string, string, int> Cases(string list)
    {
        var data = new TheoryData<string, string, int>();
        foreach (string file in Files())
        {
            for (int i = 0; i < GoldenFolder.Read(file).GetProperty(list).GetArrayLength(); i++)
            {
                data.Add(file, list, i);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases), "cases")]
    public void Randn_OfConsecutiveCalls_GivesTorchValues(string file, string list, int index)
    {
        JsonElement golden = GoldenFolder.Read(file).GetProperty(list)[index];
        ulong seed = GoldenSeed.Parse(golden.Text("seed"));
        var generator = new TorchCudaGenerator(seed);
        foreach (JsonElement call in golden.GetProperty("calls").EnumerateArray())
        {
            Assert.Equal(call.GetProperty("offset").GetUInt64(), generator.Offset);
            CheckWords(seed, generator.Offset, call);

            float[] values = new float[call.Product("shape")];
            generator.Randn(values);
            RecordedValues.Check($"seed {seed}", call, values, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Cases), "large")]
    public void Randn_BeyondThreadCapacity_GivesTorchValues(string file, string list, int index)
    {
        JsonElement golden = GoldenFolder.Read(file).GetProperty(list)[index];
        var generator = new TorchCudaGenerator(GoldenSeed.Parse(golden.Text("seed")), golden.Int("thread_capacity"));
        float[] values = new float[golden.Product("shape")];

        generator.Randn(values);
        Near.Absolute("values", golden.Floats("values"), At(values, golden), Tolerance);
        Near.Absolute("sum", [golden.Double("sum")], [values.Sum(value => (double)value)], Tolerance * values.Length);
        Assert.Equal(golden.GetProperty("counter_increment").GetUInt64(), generator.Offset);

        generator.Randn(values);
        Near.Absolute("next_call_values", golden.Floats("next_call_values"), At(values, golden), Tolerance);
    }

    [Fact]
    public void Philox_KnownAnswers_AreMet()
    {
        // Random123's kat_vectors: the inputs are all zeros, all ones, and digits of pi.
        var inputs = new Dictionary<string, (ulong Key, ulong Low, ulong High)>
        {
            ["zero"] = (0, 0, 0),
            ["ones"] = (ulong.MaxValue, ulong.MaxValue, ulong.MaxValue),
            ["pi"] = (0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e),
        };
        foreach (string file in Files())
        {
            foreach (JsonProperty answer in GoldenFolder.Read(file).GetProperty("kat").EnumerateObject())
            {
                (ulong key, ulong low, ulong high) = inputs[answer.Name];
                Assert.Equal(Words(answer.Value), Philox.Generate(key, low, high));
            }
        }
    }

    private static IEnumerable<string> Files() =>
        GoldenFolder.Files("rng").Where(file => GoldenFolder.Read(file).Text("format") == "oracle-rng-philox-1");

    private static void CheckWords(ulong seed, ulong offset, JsonElement call)
    {
        if (call.Optional("philox_u32") is not { } recorded)
        {
            return;
        }

        ulong thread = 0;
        foreach (JsonElement words in recorded.EnumerateArray())
        {
            Assert.Equal(Words(words), Philox.Generate(seed, offset, thread++));
        }
    }

    private static (uint X, uint Y, uint Z, uint W) Words(JsonElement words) =>
        (words[0].GetUInt32(), words[1].GetUInt32(), words[2].GetUInt32(), words[3].GetUInt32());

    private static float[] At(float[] values, JsonElement golden) =>
        [.. golden.GetProperty("positions").EnumerateArray().Select(position => values[position.GetInt32()])];
}
