using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// A model's loaded networks by component, each with what changed it while it was loaded: other adapters find here what they leave as it
/// is. Safe for use from several threads.
/// </summary>
internal sealed class ComponentSessions : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Loaded> _loaded = [];

    /// <summary>The network of a component; the caller disposes it, and it stays here.</summary>
    /// <param name="component">The component.</param>
    /// <param name="changes">What changes it, as text.</param>
    /// <param name="load">Loads it, where it is not here with just these changes.</param>
    /// <param name="words">Says what words its tokenizer gets, once it is loaded.</param>
    public OnnxSession Get(string component, string changes, Func<OnnxSession> load, Func<IReadOnlyList<AddedToken>> words)
    {
        lock (_lock)
        {
            if (_loaded.TryGetValue(component, out Loaded? known) && known.Changes == changes)
            {
                return known.Session.Share();
            }
        }

        // Not under the lock: it takes seconds, and other components may be asked for.
        OnnxSession session = load();
        lock (_lock)
        {
            if (_loaded.Remove(component, out Loaded? replaced))
            {
                replaced.Session.Dispose();
            }

            _loaded.Add(component, new(changes, session.Share(), words()));
        }

        return session;
    }

    /// <summary>The words that the tokenizer of a loaded text encoder gets.</summary>
    public IReadOnlyList<AddedToken> WordsOf(string component)
    {
        lock (_lock)
        {
            return _loaded.TryGetValue(component, out Loaded? known) ? known.Words : [];
        }
    }

    /// <summary>Lets go of the networks that other changes are wanted of.</summary>
    /// <param name="changesOf">The changes that are wanted of a component, as text.</param>
    public void KeepOnly(Func<string, string> changesOf)
    {
        lock (_lock)
        {
            foreach ((string component, Loaded loaded) in _loaded.ToArray())
            {
                if (loaded.Changes != changesOf(component))
                {
                    _loaded.Remove(component);
                    loaded.Session.Dispose();
                }
            }
        }
    }

    /// <summary>Lets go of all; each is freed when nobody else uses it.</summary>
    public void Dispose() => KeepOnly(_ => "\0");

    private sealed record Loaded(string Changes, OnnxSession Session, IReadOnlyList<AddedToken> Words);
}
