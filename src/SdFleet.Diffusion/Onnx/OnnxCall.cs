using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// A call of one model with buffers that stay: values are written into the input tensors and read from the output tensors, and nothing is
/// allocated or copied on the way where the provider works on the same memory.
/// </summary>
internal sealed class OnnxCall : IDisposable
{
    private readonly string _file;
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly OnnxDevice _device;
    private readonly List<(string Name, OnnxTensor Tensor)> _inputs = [];
    private readonly List<OnnxTensor> _outputs = [];
    private readonly Func<RunOptions, bool> _run;

    public OnnxCall(string file, InferenceSession session, OnnxDevice device)
    {
        _file = file;
        _session = session;
        _binding = session.CreateIoBinding();
        _device = device;
        _run = RunBound;
    }

    /// <summary>Binds an input that may change before each run.</summary>
    public void BindInput(string name, OnnxTensor tensor)
    {
        _inputs.Add((name, tensor));
        _binding.BindInput(name, tensor.Value);
    }

    /// <summary>Binds an input that stays for many runs: to be called again when its values have changed.</summary>
    public void BindConstant(string name, OnnxTensor tensor)
    {
        tensor.Commit();
        try
        {
            _binding.BindInput(name, tensor.Value);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InferenceException(_file, error);
        }
    }

    /// <summary>Binds an output.</summary>
    public void BindOutput(string name, OnnxTensor tensor)
    {
        _outputs.Add(tensor);
        _binding.BindOutput(name, tensor.Value);
    }

    /// <summary>Runs the model on what the input tensors hold now.</summary>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="last">Whether no other run is soon to come, which would need the same memory again.</param>
    public void Run(RunScope scope, bool last = false)
    {
        foreach ((_, OnnxTensor tensor) in _inputs)
        {
            tensor.Commit();
        }

        scope.Run(_file, _run, last && _device.ReleasesMemory);
        foreach (OnnxTensor tensor in _outputs)
        {
            tensor.Fetch();
        }
    }

    /// <summary>Frees the binding, not the tensors.</summary>
    public void Dispose() => _binding.Dispose();

    private bool RunBound(RunOptions options)
    {
        // Binding is what copies a tensor to a device with memory of its own.
        if (_device.HasOwnMemory)
        {
            foreach ((string name, OnnxTensor tensor) in _inputs)
            {
                _binding.BindInput(name, tensor.Value);
            }
        }

        _session.RunWithBinding(options, _binding);
        return true;
    }
}
