namespace SdFleet.Diffusion.Schedulers;

/// <summary>The last few model outputs (or what a solver made of them), newest first, in buffers that are reused in turn.</summary>
internal sealed class ModelOutputHistory
{
    private float[][] _buffers = [];
    private int _newest = -1;

    /// <summary>How many outputs are held, at most the depth.</summary>
    public int Count { get; private set; }

    /// <summary>The output pushed <paramref name="age"/> pushes ago; 0 is the newest.</summary>
    public ReadOnlySpan<float> this[int age]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(age, Count);
            return _buffers[(_newest - age + _buffers.Length) % _buffers.Length];
        }
    }

    /// <summary>Forgets everything and makes room for <paramref name="depth"/> outputs of <paramref name="length"/> values.</summary>
    public void Reset(int depth, int length)
    {
        Count = 0;
        _newest = -1;
        if (_buffers.Length != depth || depth > 0 && _buffers[0].Length != length)
        {
            _buffers = new float[depth][];
            for (int i = 0; i < depth; i++)
            {
                _buffers[i] = new float[length];
            }
        }
    }

    /// <summary>Makes room for the newest output, in place of the oldest where all is full. The caller fills it.</summary>
    public Span<float> Push()
    {
        _newest = (_newest + 1) % _buffers.Length;
        Count = Math.Min(Count + 1, _buffers.Length);
        return _buffers[_newest];
    }
}
