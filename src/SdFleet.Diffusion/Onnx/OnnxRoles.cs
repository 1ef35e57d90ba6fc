namespace SdFleet.Diffusion.Onnx;

/// <summary>Finds out which of a model's inputs and outputs is which, and refuses models that want what nobody gives them.</summary>
internal sealed class OnnxRoles(OnnxSession session, string kind)
{
    private readonly HashSet<string> _inputs = [];

    /// <summary>The input with one of these names, else the only one that fits.</summary>
    /// <param name="expected">What it must be, for messages, such as "a float sample of rank 4".</param>
    /// <param name="fits">Whether an input's type and rank are right.</param>
    /// <param name="names">The names that exporters give it.</param>
    public OnnxTensorSpec Input(string expected, Func<OnnxTensorSpec, bool> fits, params ReadOnlySpan<string> names)
    {
        OnnxTensorSpec input = Find(session.Inputs, $"{expected} as input of {kind}", fits, names);
        _inputs.Add(input.Name);
        return input;
    }

    /// <summary>The input with this name where the model has it, else null.</summary>
    public OnnxTensorSpec? OptionalInput(string name, string expected, Func<OnnxTensorSpec, bool> fits)
    {
        OnnxTensorSpec? input = session.Inputs.FirstOrDefault(i => i.Name == name);
        return input is null ? null : Input(expected, fits, name);
    }

    /// <summary>The output with one of these names, else the first one that fits.</summary>
    public OnnxTensorSpec Output(string expected, Func<OnnxTensorSpec, bool> fits, params ReadOnlySpan<string> names) =>
        Find(session.Outputs, $"{expected} as output of {kind}", fits, names, takeFirst: true);

    /// <summary>The output with this name; no other will do, whatever its shape.</summary>
    public OnnxTensorSpec NamedOutput(string name, string expected, Func<OnnxTensorSpec, bool> fits) =>
        session.Outputs.FirstOrDefault(o => o.Name == name && fits(o))
            ?? throw Refuse($"{expected} as output {name} of {kind}", string.Join("; ", session.Outputs));

    /// <summary>Refuses the model where it has inputs that nobody asked for.</summary>
    public void RefuseOtherInputs()
    {
        if (session.Inputs.FirstOrDefault(i => !_inputs.Contains(i.Name)) is { } other)
        {
            throw new ModelFormatException(session.File, $"{kind} with the inputs {string.Join(", ", _inputs)}", $"also {other}");
        }
    }

    private OnnxTensorSpec Find(
        IReadOnlyList<OnnxTensorSpec> all,
        string expected,
        Func<OnnxTensorSpec, bool> fits,
        ReadOnlySpan<string> names,
        bool takeFirst = false)
    {
        foreach (string name in names)
        {
            if (all.FirstOrDefault(s => s.Name == name) is { } named)
            {
                return fits(named) ? named : throw Refuse(expected, named.ToString());
            }
        }

        OnnxTensorSpec[] fitting = [.. all.Where(s => fits(s) && !_inputs.Contains(s.Name))];
        return fitting.Length == 1 || (takeFirst && fitting.Length > 0)
            ? fitting[0]
            : throw Refuse(expected, string.Join("; ", all));
    }

    private ModelFormatException Refuse(string expected, string found) => new(session.File, expected, found);
}
