namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// The U-Net with buffers for one shape. Write <see cref="Sample"/>, run, read <see cref="Output"/>; nothing is allocated. For one thread
/// at a time.
/// </summary>
internal sealed class UnetCall : IDisposable
{
    private readonly OnnxCall _call;
    private readonly string _embeddingsName;
    private readonly OnnxTensor _sample;
    private readonly OnnxTensor _timestep;
    private readonly OnnxTensor _embeddings;
    private readonly OnnxTensor _output;

    public UnetCall(Unet unet, UnetShape shape, OnnxCall call)
    {
        Shape = shape;
        _call = call;
        _embeddingsName = unet.Embeddings.Name;
        _sample = new(unet.Sample.Type, shape.Latents.ToBatch(shape.Batch));
        _timestep = new(unet.Timestep.Type, unet.TimestepShape(shape.Batch));
        _embeddings = new(unet.Embeddings.Type, shape.Batch, shape.Tokens, shape.TokenWidth);
        int channels = unet.Output.Dimensions[1] > 0 ? unet.Output.Dimensions[1] : shape.Latents.Channels;
        _output = new(unet.Output.Type, (shape.Latents with { Channels = channels }).ToBatch(shape.Batch));
        _call.BindInput(unet.Sample.Name, _sample);
        _call.BindInput(unet.Timestep.Name, _timestep);
        _call.BindOutput(unet.Output.Name, _output);
    }

    /// <summary>The shape of the call.</summary>
    public UnetShape Shape { get; }

    /// <summary>The input rows, to be written before each run.</summary>
    public Span<float> Sample => _sample.Values;

    /// <summary>The encoded prompts, row by row; after writing, <see cref="CommitEmbeddings"/>.</summary>
    public Span<float> Embeddings => _embeddings.Values;

    /// <summary>The predictions, row by row, of the last run.</summary>
    public Span<float> Output => _output.Values;

    /// <summary>Hands the encoded prompts to the provider: once a generation.</summary>
    public void CommitEmbeddings() => _call.BindConstant(_embeddingsName, _embeddings);

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
        _output.Dispose();
    }
}
