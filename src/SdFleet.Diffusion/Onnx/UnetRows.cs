namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// One input or output of the U-Net for all rows of a batch. Where one call takes them all, the rows are that call's tensor; where the model
/// was exported for another number, they stand beside, and the calls get their parts.
/// </summary>
internal sealed class UnetRows : IDisposable
{
    private readonly OnnxTensor[] _parts;
    private readonly float[]? _whole;
    private readonly int _rowLength;

    /// <param name="spec">The input or output.</param>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="rowsPerCall">Rows of a call.</param>
    /// <param name="row">The shape of a row.</param>
    public UnetRows(OnnxTensorSpec spec, int rows, int rowsPerCall, params ReadOnlySpan<long> row)
    {
        Name = spec.Name;
        _parts = new OnnxTensor[(rows + rowsPerCall - 1) / rowsPerCall];
        for (int i = 0; i < _parts.Length; i++)
        {
            _parts[i] = new(spec.Type, [rowsPerCall, .. row]);
        }

        _rowLength = _parts[0].Length / rowsPerCall;
        _whole = rows == rowsPerCall ? null : new float[_rowLength * rows];
    }

    /// <summary>The name of the input or output.</summary>
    public string Name { get; }

    /// <summary>All rows, one behind the other.</summary>
    public Span<float> Values => _whole is null ? _parts[0].Values : _whole;

    /// <summary>The tensor of a call.</summary>
    public OnnxTensor Part(int call) => _parts[call];

    /// <summary>Gives each call its rows. A call that is left with too few computes the last one again.</summary>
    public void Scatter()
    {
        for (int start = 0, i = 0; _whole is not null && i < _parts.Length; start += _parts[i++].Length)
        {
            Span<float> part = _parts[i].Values;
            int count = Math.Min(part.Length, _whole.Length - start);
            _whole.AsSpan(start, count).CopyTo(part);
            for (int copied = count; copied < part.Length; copied++)
            {
                part[copied] = part[copied - _rowLength];
            }
        }
    }

    /// <summary>Collects what the calls gave.</summary>
    public void Gather()
    {
        for (int start = 0, i = 0; _whole is not null && i < _parts.Length; start += _parts[i++].Length)
        {
            Span<float> rest = _whole.AsSpan(start);
            _parts[i].Values[..Math.Min(_parts[i].Length, rest.Length)].CopyTo(rest);
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (OnnxTensor part in _parts)
        {
            part.Dispose();
        }
    }
}
