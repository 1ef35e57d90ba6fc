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
    private readonly Dictionary<string, Task<OnnxSession>> _begun = [];
    private Task _last = Task.CompletedTask;

    /// <summary>
    /// Begins to load a component that nothing changes, behind those that were begun before, while the caller loads another: ONNX Runtime
    /// works on one processor core while it loads a model.
    /// </summary>
    public void Begin(string component, Func<OnnxSession> load)
    {
        Task<OnnxSession> loading = _last.ContinueWith(_ => load(), TaskScheduler.Default);
        _begun.Add(component, loading);
        _last = loading;
    }

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
        OnnxSession session = TakeBegun(component, changes)?.GetAwaiter().GetResult() ?? load();
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

    /// <summary>Lets go of all; each is freed when nobody else uses it. Waits for what was begun.</summary>
    public void Dispose()
    {
        foreach (Task<OnnxSession> begun in _begun.Values)
        {
            // What went wrong is of no use any more.
            begun.ContinueWith(
                ended =>
                {
                    if (ended.Exception is null)
                    {
                        ended.Result.Dispose();
                    }
                },
                TaskScheduler.Default).Wait();
        }

        _begun.Clear();
        KeepOnly(_ => "\0");
    }

    private Task<OnnxSession>? TakeBegun(string component, string changes)
    {
        lock (_lock)
        {
            return changes.Length == 0 && _begun.Remove(component, out Task<OnnxSession>? begun) ? begun : null;
        }
    }

    private sealed record Loaded(string Changes, OnnxSession Session, IReadOnlyList<AddedToken> Words);
}
