namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// The U-Net with buffers for one shape. Write <see cref="Sample"/>, run, read <see cref="Output"/>; nothing is allocated. For one thread
/// at a time.
/// </summary>
internal sealed class UnetCall : IDisposable
{
    private readonly OnnxCall _call;
    private readonly Unet _unet;
    private readonly OnnxTensor _sample;
    private readonly OnnxTensor _timestep;
    private readonly OnnxTensor _embeddings;
    private readonly OnnxTensor? _labels;
    private readonly OnnxTensor _output;

    public UnetCall(Unet unet, UnetShape shape, OnnxCall call)
    {
        Shape = shape;
        _call = call;
        _unet = unet;
        _sample = new(unet.Sample.Type, shape.Input.ToBatch(shape.Batch));
        _timestep = new(unet.Timestep.Type, unet.TimestepShape(shape.Batch));
        _embeddings = new(unet.Embeddings.Type, shape.Batch, shape.Tokens, shape.TokenWidth);
        _labels = unet.ClassLabels is { } labels ? new(labels.Type, shape.Batch) : null;
        _output = new(unet.Output.Type, (shape.Input with { Channels = shape.OutputChannels }).ToBatch(shape.Batch));
        _call.BindInput(unet.Sample.Name, _sample);
        _call.BindInput(unet.Timestep.Name, _timestep);
        _call.BindOutput(unet.Output.Name, _output);
    }

    /// <summary>The shape of the call.</summary>
    public UnetShape Shape { get; }

    /// <summary>The input rows, to be written before each run.</summary>
    public Span<float> Sample => _sample.Values;

    /// <summary>The encoded prompts, row by row; after writing, <see cref="CommitConstants"/>.</summary>
    public Span<float> Embeddings => _embeddings.Values;

    /// <summary>A class for each row, empty where the model takes none; after writing, <see cref="CommitConstants"/>.</summary>
    public Span<float> ClassLabels => _labels is null ? [] : _labels.Values;

    /// <summary>The predictions, row by row, of the last run.</summary>
    public Span<float> Output => _output.Values;

    /// <summary>Hands encoded prompts and classes to the provider: once a generation.</summary>
    public void CommitConstants()
    {
        _call.BindConstant(_unet.Embeddings.Name, _embeddings);
        if (_labels is not null)
        {
            _call.BindConstant(_unet.ClassLabels!.Name, _labels);
        }
    }

    /// <summary>Runs the network. A model with an integer input takes the timestep truncated, as in diffusers.</summary>
    public void Run(double timestep, RunScope scope)
    {
        _timestep.Values.Fill((float)timestep);
        _call.Run(scope);
    }

    /// <summary>Frees buffers and binding.</summary>
    public void Dispose()
    {
        _call.Dispose();
        _sample.Dispose();
        _timestep.Dispose();
        _embeddings.Dispose();
        _labels?.Dispose();
        _output.Dispose();
    }
}
