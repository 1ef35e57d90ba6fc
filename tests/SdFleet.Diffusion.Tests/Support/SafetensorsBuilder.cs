using System.Text.Json;

namespace SdFleet.Diffusion.Tests;

/// <summary>Writes safetensors files.</summary>
internal sealed class SafetensorsBuilder
{
    private readonly Dictionary<string, object> _header = [];
    private readonly List<byte> _data = [];

    /// <summary>Adds a tensor; its type is F32, F16, BF16, F64, I64 or I32.</summary>
    public SafetensorsBuilder Add(string name, float[] values, long[] shape, string type = "F32")
    {
        int start = _data.Count;
        foreach (float value in values)
        {
            _data.AddRange(type switch
            {
                "F16" => BitConverter.GetBytes((Half)value),
                "BF16" => BitConverter.GetBytes(value)[2..],
                "F64" => BitConverter.GetBytes((double)value),
                "I64" => BitConverter.GetBytes((long)value),
                "I32" => BitConverter.GetBytes((int)value),
                _ => BitConverter.GetBytes(value),
            });
        }

        _header.Add(name, new { dtype = type, shape, data_offsets = new[] { start, _data.Count } });
        return this;
    }

    public SafetensorsBuilder Metadata(string key, string value)
    {
        _header.Add("__metadata__", new Dictionary<string, string> { [key] = value });
        return this;
    }

    public byte[] Build()
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(_header);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. _data];
    }
}
