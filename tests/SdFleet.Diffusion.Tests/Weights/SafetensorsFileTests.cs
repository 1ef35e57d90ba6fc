using System.Text;
using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Tests.Weights;

public sealed class SafetensorsFileTests
{
    // Numbers that all three types have.
    private static readonly float[] Values = [1, -2, 0.5f, 0, 1024, -0.25f];

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void ReadFloats_EachType_GivesTheValues(string type)
    {
        using TemporaryFolder folder = Write(new SafetensorsBuilder()
            .Add("first", [7], [1], type).Add("second", Values, [2, 3], type).Metadata("ss_network_dim", "4").Build());

        using SafetensorsFile file = SafetensorsFile.Open(folder["x.safetensors"]);

        Assert.Equal(Values, file.ReadFloats("second"));
        Assert.Equal([2, 3], file.Tensors["second"].Shape);
        Assert.Equal("4", file.Metadata["ss_network_dim"]);
        Assert.Equal(2, file.Tensors.Count);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}""", "as many bytes as the tensor a: F32[2] has")]
    [InlineData("""{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}}""", "data_offsets within 0 to 16 for the tensor \"a\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "data_offsets within 0 to 16 for the tensor \"a\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "dtype, shape and data_offsets for the tensor \"a\"")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", "dtype, shape and data_offsets for the tensor \"a\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "dtype, shape and data_offsets for the tensor \"a\"")]
    [InlineData("""{"a":7}""", "dtype, shape and data_offsets for the tensor \"a\"")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}""",
        "as many bytes as the tensor a: F32[4294967296,4294967296,4] has")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        "tensors with bytes of their own")]
    [InlineData("""[1,2]""", "a header that is a JSON object")]
    [InlineData("""{"a":""", "a safetensors file with a JSON header")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32"}}""", "a safetensors file with a JSON header")]
    public void Open_HeaderThatDoesNotFit_SaysWhatWasExpected(string header, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(header);
        using TemporaryFolder folder = Write([.. BitConverter.GetBytes((long)bytes.Length), .. bytes, .. new byte[16]]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(folder["x.safetensors"]));

        Assert.Equal(expected, error.Expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    public void Open_TooShort_IsRefused(int length)
    {
        using TemporaryFolder folder = Write(new byte[length]);

        Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(folder["x.safetensors"]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(1000)]
    public void Open_HeaderLongerThanAllowed_IsRefusedBeforeItIsRead(long length)
    {
        using TemporaryFolder folder = Write([.. BitConverter.GetBytes(length), .. "{}"u8]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(folder["x.safetensors"]));

        Assert.Contains("whose header is no longer", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFloats_WhatIsNotThereOrNoFloat_IsRefused()
    {
        byte[] header = """{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"""u8.ToArray();
        using TemporaryFolder folder = Write([.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[8]]);
        using SafetensorsFile file = SafetensorsFile.Open(folder["x.safetensors"]);

        ModelFormatException wrong = Assert.Throws<ModelFormatException>(() => file.ReadFloats("ids"));
        ModelFormatException missing = Assert.Throws<ModelFormatException>(() => file.ReadFloats("weights"));

        Assert.Equal("ids: I64[1]", wrong.Found);
        Assert.Contains("\"weights\"", missing.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFile_IsRefused()
    {
        using TemporaryFolder folder = new();

        Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(folder["x.safetensors"]));
    }

    [Fact]
    public void Open_AnyTruncationOrByteChanged_IsRefusedOrReads()
    {
        byte[] whole = new SafetensorsBuilder().Add("first", Values, [2, 3], "F16").Add("second", Values, [6]).Build();
        using TemporaryFolder folder = new();
        for (int i = 0; i < whole.Length; i++)
        {
            ReadAll(folder.Write("x.safetensors", whole[..i]));
            foreach (byte other in (byte[])[0, (byte)'9', (byte)'"', 0x7F, 0x80, 0xFF])
            {
                byte[] mutated = [.. whole];
                mutated[i] = other;
                ReadAll(folder.Write("x.safetensors", mutated));
            }
        }
    }

    // Any other exception fails the test.
    private static void ReadAll(TemporaryFolder folder)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(folder["x.safetensors"]);
            foreach (string name in file.Tensors.Keys)
            {
                file.ReadFloats(name);
            }
        }
        catch (ModelFormatException)
        {
        }
    }

    private static TemporaryFolder Write(byte[] bytes) => new TemporaryFolder().Write("x.safetensors", bytes);
}
