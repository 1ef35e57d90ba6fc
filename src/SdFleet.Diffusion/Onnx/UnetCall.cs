namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// The U-Net with buffers for one shape. Write <see cref="Sample"/>, run, read <see cref="Output"/>; nothing is allocated. For one thread
/// at a time.
/// </summary>
internal sealed class UnetCall : IDisposable
{
    private readonly OnnxCall[] _calls;
    private readonly OnnxTensor _timestep;
    private readonly UnetRows _sample;
    private readonly UnetRows _embeddings;
    private readonly UnetRows? _labels;
    private readonly UnetRows? _textEmbeds;
    private readonly UnetRows? _timeIds;
    private readonly UnetRows? _guidance;
    private readonly UnetRows _output;

    public UnetCall(Unet unet, UnetShape shape, Func<OnnxCall> create)
    {
        Shape = shape;
        int rows = shape.Batch, rowsPerCall = unet.FixedRows ?? rows;
        (int channels, int height, int width) = shape.Input;
        _timestep = new(unet.Timestep.Type, unet.TimestepShape(rowsPerCall));
        _sample = new(unet.Sample, rows, rowsPerCall, channels, height, width);
        _embeddings = new(unet.Embeddings, rows, rowsPerCall, shape.Tokens, shape.TokenWidth);
        _labels = unet.ClassLabels is { } labels ? new(labels, rows, rowsPerCall) : null;
        _textEmbeds = unet.TextEmbeds is { } texts ? new(texts, rows, rowsPerCall, shape.PooledWidth) : null;
        _timeIds = unet.TimeIds is { } ids ? new(ids, rows, rowsPerCall, shape.TimeIds) : null;
        _guidance = unet.GuidanceVector is { } vector ? new(vector, rows, rowsPerCall, shape.GuidanceWidth) : null;
        _output = new(unet.Output, rows, rowsPerCall, shape.OutputChannels, height, width);
        _calls = new OnnxCall[(rows + rowsPerCall - 1) / rowsPerCall];
        for (int i = 0; i < _calls.Length; i++)
        {
            _calls[i] = create();
            _calls[i].BindInput(_sample.Name, _sample.Part(i));
            _calls[i].BindInput(unet.Timestep.Name, _timestep);
            _calls[i].BindOutput(_output.Name, _output.Part(i));
        }
    }

    /// <summary>The shape of the call.</summary>
    public UnetShape Shape { get; }

    /// <summary>The input rows, to be written before each run.</summary>
    public Span<float> Sample => _sample.Values;

    /// <summary>The encoded prompts, row by row; after writing, <see cref="CommitConstants"/>.</summary>
    public Span<float> Embeddings => _embeddings.Values;

    /// <summary>A class for each row, empty where the model takes none; after writing, <see cref="CommitConstants"/>.</summary>
    public Span<float> ClassLabels => Values(_labels);

    /// <summary>A vector for each row's whole prompt, empty where the model takes none; then <see cref="CommitConstants"/>.</summary>
    public Span<float> TextEmbeds => Values(_textEmbeds);

    /// <summary>Sizes and crops of each row, empty where the model takes none; then <see cref="CommitConstants"/>.</summary>
    public Span<float> TimeIds => Values(_timeIds);

    /// <summary>A vector for each row's guidance scale, empty where the model takes none; then <see cref="CommitConstants"/>.</summary>
    public Span<float> GuidanceVectors => Values(_guidance);

    /// <summary>The predictions, row by row, of the last run.</summary>
    public Span<float> Output => _output.Values;

    /// <summary>Hands what stays the same in all steps to the provider: once a generation.</summary>
    public void CommitConstants()
    {
        foreach (UnetRows? rows in (UnetRows?[])[_embeddings, _labels, _textEmbeds, _timeIds, _guidance])
        {
            rows?.Scatter();
            for (int i = 0; rows is not null && i < _calls.Length; i++)
            {
                _calls[i].BindConstant(rows.Name, rows.Part(i));
            }
        }
    }

    /// <summary>Runs the network. A model with an integer input takes the timestep truncated, as in diffusers.</summary>
    /// <param name="timestep">The timestep.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="last">Whether it is the generation's last: what comes then needs the memory.</param>
    public void Run(double timestep, RunScope scope, bool last = false)
    {
        _timestep.Values.Fill((float)timestep);
        _sample.Scatter();
        for (int i = 0; i < _calls.Length; i++)
        {
            _calls[i].Run(scope, last && i + 1 == _calls.Length);
        }

        _output.Gather();
    }

    /// <summary>Frees buffers and binding.</summary>
    public void Dispose()
    {
        foreach (OnnxCall call in _calls)
        {
            call.Dispose();
        }

        _timestep.Dispose();
        foreach (UnetRows? rows in (UnetRows?[])[_sample, _embeddings, _labels, _textEmbeds, _timeIds, _guidance, _output])
        {
            rows?.Dispose();
        }
    }

    private static Span<float> Values(UnetRows? rows) => rows is null ? [] : rows.Values;
}
