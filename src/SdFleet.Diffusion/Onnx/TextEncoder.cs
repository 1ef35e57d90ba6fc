using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Onnx;

/// <summary>A text encoder: token ids in, one vector a token out. Safe for use from several threads.</summary>
internal sealed class TextEncoder : IDisposable
{
    private const string HiddenStates = "hidden_states.";

    private readonly OnnxSession _session;
    private readonly OnnxTensorSpec _ids;
    private readonly OnnxTensorSpec? _mask;
    private readonly List<OnnxTensorSpec> _states;
    private readonly OnnxTensorSpec? _pooled;

    /// <summary>The encoder of a model that takes the last layer's vectors, normalized.</summary>
    /// <param name="session">The model.</param>
    /// <param name="output">The output that holds the vectors; null for the usual one.</param>
    public TextEncoder(OnnxSession session, string? output = null)
        : this(session, output, layers: 0, pools: false)
    {
    }

    private TextEncoder(OnnxSession session, string? output, int layers, bool pools)
    {
        OnnxRoles roles = new(session, "a text encoder");
        _session = session;
        _ids = roles.Input("int32 or int64 token ids of rank 2", IsIdMatrix, "input_ids");
        _mask = roles.OptionalInput("attention_mask", "an int32 or int64 attention mask of rank 2", IsIdMatrix);
        roles.RefuseOtherInputs();
        _states = layers > 0
            ? FindFromLastButOne(roles, layers)
            : [roles.Output("float hidden states of rank 3", IsStates, output ?? "last_hidden_state")];
        _pooled = pools ? roles.NamedOutput("text_embeds", "a float vector a prompt", s => s.IsFloat && s.Rank == 2) : null;
    }

    /// <summary>The model file.</summary>
    public string File => _session.File;

    /// <summary>The length of a token's vector where the model says it, else -1.</summary>
    public int Width => _states[0].Dimensions[2];

    /// <summary>The length of a prompt's one vector where the model says it; -1 where it does not, or gives none.</summary>
    public int PooledWidth => _pooled?.Dimensions[1] ?? -1;

    /// <summary>How many layers more can be left out.</summary>
    public int MaxSkip => _states.Count - 1;

    /// <summary>Whether the attention mask hides the padding, where the model takes one; else it hides nothing.</summary>
    public bool HidesPadding { get; init; }

    /// <summary>The encoder of a model that takes the vectors that the last layer is given, as diffusers' <c>hidden_states[-2]</c>.</summary>
    /// <param name="session">The model.</param>
    /// <param name="layers">How many layers it has.</param>
    /// <param name="pools">Whether it must also give one vector for the whole prompt.</param>
    /// <exception cref="ModelFormatException">It has no such output.</exception>
    public static TextEncoder WithLastButOne(OnnxSession session, int layers, bool pools) => new(session, output: null, layers, pools);

    /// <summary>Refuses a model that was exported for other inputs than one prompt of this many ids.</summary>
    public void RequireIds(int count)
    {
        foreach (OnnxTensorSpec input in _mask is null ? [_ids] : (OnnxTensorSpec[])[_ids, _mask])
        {
            if (!input.Takes(0, 1) || !input.Takes(1, count))
            {
                throw new ModelFormatException(
                    File, FormattableString.Invariant($"{input.Name} of one prompt with the tokenizer's {count} ids"), input.ToString());
            }
        }
    }

    /// <summary>Encodes one prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="skip">How many layers more are left out, 0 to <see cref="MaxSkip"/>; the pooled vector is of all of them.</param>
    public TextEncoding Encode(TokenizedPrompt prompt, RunScope scope, int skip = 0)
    {
        int count = prompt.Ids.Length;
        using OnnxTensor ids = new(_ids.Type, 1, count);
        for (int i = 0; i < count; i++)
        {
            ids.Values[i] = prompt.Ids.Span[i];
        }

        ids.Commit();
        Dictionary<string, OrtValue> inputs = new() { [_ids.Name] = ids.Value };
        using OnnxTensor? mask = _mask is null ? null : new(_mask.Type, 1, count);
        if (mask is not null)
        {
            mask.Values[..(HidesPadding ? prompt.Length : count)].Fill(1);
            mask.Commit();
            inputs.Add(_mask!.Name, mask.Value);
        }

        IReadOnlyList<float[]> outputs = _session.Run(inputs, _pooled is null ? [_states[skip]] : [_states[skip], _pooled], scope);
        return new(outputs[0], _pooled is null ? [] : outputs[1]);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();

    private static bool IsIdMatrix(OnnxTensorSpec spec) => spec.IsIndex && spec.Rank == 2;

    private static bool IsStates(OnnxTensorSpec spec) => spec.IsFloat && spec.Rank == 3;

    // hidden_states.0 is what the first layer is given, so the last of n layers is given hidden_states.(n - 1).
    private List<OnnxTensorSpec> FindFromLastButOne(OnnxRoles roles, int layers)
    {
        string beyond = FormattableString.Invariant($"{HiddenStates}{layers + 1}");
        List<OnnxTensorSpec> found =
        [
            roles.NamedOutput(
                FormattableString.Invariant($"{HiddenStates}{layers - 1}"),
                FormattableString.Invariant($"what the last of {layers} layers is given"),
                IsStates),
        ];
        for (int i = layers - 2; Named(FormattableString.Invariant($"{HiddenStates}{i}")) is { } earlier && IsStates(earlier); i--)
        {
            found.Add(earlier);
        }

        return Named(beyond) is null
            ? found
            : throw new ModelFormatException(File, FormattableString.Invariant($"an encoder of {layers} layers"), $"also the output {beyond}");

        OnnxTensorSpec? Named(string name) => _session.Outputs.FirstOrDefault(output => output.Name == name);
    }
}
