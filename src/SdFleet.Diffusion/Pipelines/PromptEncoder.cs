using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Turns prompts into what the U-Net takes, and remembers the last ones: a batch job asks for the same negative prompt each time. Safe for
/// use from several threads.
/// </summary>
internal sealed class PromptEncoder(ClipTokenizer tokenizer, TextEncoder encoder)
{
    private const int Remembered = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<ReadOnlyMemory<int>, LinkedListNode<Entry>> _byIds = new(new IdsComparer());
    private readonly LinkedList<Entry> _byAge = new();

    /// <summary>The embedding of a prompt; shared, so not to be written to.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="tokenize">Takes the tokenizer's place where it is given: for tests against recorded ids.</param>
    /// <param name="scope">The generation this is part of.</param>
    public PromptEmbedding Encode(string prompt, Func<string, TokenizedPrompt>? tokenize, RunScope scope)
    {
        TokenizedPrompt tokens = (tokenize ?? tokenizer.EncodePrompt)(prompt);
        lock (_lock)
        {
            if (_byIds.TryGetValue(tokens.Ids, out LinkedListNode<Entry>? known))
            {
                _byAge.Remove(known);
                _byAge.AddFirst(known);
                return known.Value.ToEmbedding(tokens);
            }
        }

        // Encoded outside the lock; two threads may do the same work once, and one result is kept.
        Entry entry = new(tokens.Ids, encoder.Encode(tokens, scope));
        lock (_lock)
        {
            if (!_byIds.ContainsKey(entry.Ids))
            {
                _byIds.Add(entry.Ids, _byAge.AddFirst(entry));
            }

            if (_byAge.Count > Remembered)
            {
                _byIds.Remove(_byAge.Last!.Value.Ids);
                _byAge.RemoveLast();
            }
        }

        return entry.ToEmbedding(tokens);
    }

    private sealed record Entry(ReadOnlyMemory<int> Ids, TextEncoding Encoding)
    {
        // Prompts that differ only behind the cut have the same ids, and yet dropped different numbers of tokens.
        public PromptEmbedding ToEmbedding(TokenizedPrompt tokens) =>
            new(Encoding.States, tokens.Ids.Length, tokens.DroppedTokens) { Pooled = Encoding.Pooled };
    }

    private sealed class IdsComparer : IEqualityComparer<ReadOnlyMemory<int>>
    {
        public bool Equals(ReadOnlyMemory<int> x, ReadOnlyMemory<int> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<int> ids)
        {
            HashCode hash = default;
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.Span));
            return hash.ToHashCode();
        }
    }
}
