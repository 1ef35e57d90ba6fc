using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Onnx.Attention;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx;

/// <summary>One loaded model file.</summary>
internal sealed class OnnxSession : IDisposable
{
    private const string ExternalDataFolder = "session.model_external_initializers_file_folder_path";

    private readonly InferenceSession _session;
    private readonly OnnxDevice _device;
    private int _shares = 1;

    private OnnxSession(string file, InferenceSession session, OnnxDevice device)
    {
        File = file;
        _session = session;
        _device = device;
        Inputs = [.. session.InputNames.Select(name => OnnxTensorSpec.From(name, session.InputMetadata[name]))];
        Outputs = [.. session.OutputNames.Select(name => OnnxTensorSpec.From(name, session.OutputMetadata[name]))];
    }

    /// <summary>The model file.</summary>
    public string File { get; }

    /// <summary>The model's inputs in its order.</summary>
    public IReadOnlyList<OnnxTensorSpec> Inputs { get; }

    /// <summary>The model's outputs in its order.</summary>
    public IReadOnlyList<OnnxTensorSpec> Outputs { get; }

    /// <summary>Loads a model file.</summary>
    /// <exception cref="ModelFormatException">ONNX Runtime cannot load it.</exception>
    public static OnnxSession Load(string file, OnnxDevice device)
    {
        if (!device.HasOwnMemory && ModelLoads.Measure(file, ModelLoads.Read, () => ReadToChange(file)) is { } graph)
        {
            try
            {
                return Load(new OnnxGraphEditor(graph), device);
            }
            catch (ModelFormatException)
            {
                // Some exporter's graph that the change does not suit may load as it is; else that says what is wrong with the file.
            }
        }

        return LoadAsItIs(file, new FileInfo(file).Length, device);
    }

    /// <summary>Loads a model file with changes.</summary>
    /// <exception cref="ModelFormatException">ONNX Runtime cannot load it, or it cannot be changed so.</exception>
    public static OnnxSession Load(OnnxGraphEditor model, OnnxDevice device)
    {
        string file = model.Graph.File;
        long weights = model.Graph.Initializers.Sum(weight => weight.Type.SizeOf() * weight.Count);
        using SessionOptions options = device.CreateSessionOptions(weights);
        OnnxEditedModel? edited = ModelLoads.Measure(file, ModelLoads.Rewrite, () => Rewrite(model, options, device));
        if (edited is null)
        {
            return LoadAsItIs(file, weights, device);
        }

        using ExternalWeights? outside = edited.Outside.Count > 0 ? ExternalWeights.Attach(options, model.Graph, edited.Outside) : null;
        return Create(file, () => new InferenceSession(edited.Bytes, options), device);
    }

    /// <summary>A call that is made many times with the same buffers; the caller disposes it.</summary>
    public OnnxCall CreateCall() => new(File, _session, _device);

    /// <summary>Runs the model once. ONNX Runtime makes the output, whose shape need not be known; the caller disposes it.</summary>
    /// <param name="inputs">The inputs by name.</param>
    /// <param name="output">The output that is wanted.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="last">Whether no other run is soon to come, which would need the same memory again.</param>
    public OnnxResult Run(IReadOnlyDictionary<string, OrtValue> inputs, OnnxTensorSpec output, RunScope scope, bool last = true) =>
        new(scope.Run(File, options => _session.Run(options, inputs, [output.Name]), last && _device.ReleasesMemory), output.Type);

    /// <summary>Runs the model once for several outputs.</summary>
    /// <returns>Their values, each in row-major order.</returns>
    public IReadOnlyList<float[]> Run(
        IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyList<OnnxTensorSpec> outputs, RunScope scope)
    {
        string[] names = [.. outputs.Select(output => output.Name)];
        using IDisposableReadOnlyCollection<OrtValue> values = scope.Run(
            File, options => _session.Run(options, inputs, names), _device.ReleasesMemory);
        return [.. outputs.Select((output, i) => OnnxResult.ToArray(values[i], output.Type))];
    }

    /// <summary>The same model for one more owner, who disposes it as well.</summary>
    public OnnxSession Share()
    {
        Interlocked.Increment(ref _shares);
        return this;
    }

    /// <summary>Frees the model, where this is its last owner. No call of this owner may be running.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            _session.Dispose();
        }
    }

    // Null where the file may be loaded as it is.
    private static OnnxEditedModel? Rewrite(OnnxGraphEditor model, SessionOptions options, OnnxDevice device)
    {
        if (device.FusesAttention)
        {
            AttentionFusion.Apply(model);
        }

        // What ONNX Runtime reads from a file itself, it holds almost twice for a while. Other providers' ways are their own.
        bool leavesWeights = !device.HasOwnMemory && model.HasWeightsToLeave;
        if (!model.HasChanges && !leavesWeights)
        {
            return null;
        }

        // Bytes have no folder that weights beside them could be found in.
        string folder = model.FollowLinks();
        options.AddSessionConfigEntry(ExternalDataFolder, folder);
        if (leavesWeights)
        {
            model.LeaveWeightsInFile(folder);
        }

        return model.Build();
    }

    private static OnnxSession LoadAsItIs(string file, long weights, OnnxDevice device)
    {
        using SessionOptions options = device.CreateSessionOptions(weights);
        return Create(file, () => new InferenceSession(file, options), device);
    }

    // What is wrong with a file is ONNX Runtime's to say.
    private static OnnxGraph? ReadToChange(string file)
    {
        try
        {
            return OnnxGraph.Read(file);
        }
        catch (ModelFormatException)
        {
            return null;
        }
    }

    private static OnnxSession Create(string file, Func<InferenceSession> create, OnnxDevice device)
    {
        try
        {
            return new(file, ModelLoads.Measure(file, ModelLoads.Session, create), device);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelFormatException(file, $"a model that ONNX Runtime {OnnxEnvironment.Version} can load", error.Message, error);
        }
    }
}
