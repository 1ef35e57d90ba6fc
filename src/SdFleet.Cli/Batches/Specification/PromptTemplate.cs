using System.Text;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// A prompt with places to fill: <c>{color}</c> is an item of the list of that name, and the same one wherever the template names it;
/// <c>{color:2}</c> is another, chosen apart from it. <c>{a|b|c}</c> is one of the texts, which may be empty. <c>{{</c> and
/// <c>}}</c> are braces.
/// </summary>
internal sealed class PromptTemplate
{
    private readonly IReadOnlyList<TemplatePart> _parts;

    private PromptTemplate(IReadOnlyList<TemplatePart> parts, IReadOnlyList<TemplateSlot> slots)
    {
        _parts = parts;
        Slots = slots;
        Combinations = slots.Aggregate(UInt128.One, (product, slot) => Counts.Times(product, (UInt128)slot.Choices.Count));
        ShortestLength = LengthWith(choices => choices.Min(c => c.Length));
        LongestLength = LengthWith(choices => choices.Max(c => c.Length));
    }

    /// <summary>What is filled, in the order in which it first stands in the text.</summary>
    public IReadOnlyList<TemplateSlot> Slots { get; }

    /// <summary>How many prompts it makes; <see cref="UInt128.MaxValue"/> for too many to count.</summary>
    public UInt128 Combinations { get; }

    /// <summary>Characters of its shortest prompt.</summary>
    public int ShortestLength { get; }

    /// <summary>Characters of its longest prompt.</summary>
    public int LongestLength { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="lists">The lists it may name.</param>
    /// <param name="errors">Takes what is wrong with it, each as a limit in words.</param>
    /// <returns>The template, or null where anything is wrong.</returns>
    public static PromptTemplate? Parse(string text, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, ICollection<string> errors)
    {
        var before = errors.Count;
        var parts = new List<TemplatePart>();
        var slots = new List<TemplateSlot>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var isDoubled = i + 1 < text.Length && text[i + 1] == text[i];
            if (text[i] is '{' or '}' && isDoubled)
            {
                literal.Append(text[i++]);
            }
            else if (text[i] == '}')
            {
                errors.Add($"the }} at character {i + 1} closes nothing; a brace that is meant is written twice");
            }
            else if (text[i] == '{')
            {
                var length = text.AsSpan(i + 1).IndexOfAny('{', '}');
                if (length < 0 || text[i + 1 + length] == '{')
                {
                    errors.Add($"the {{ at character {i + 1} is not closed before {(length < 0 ? "the end" : "another one")}; a brace that is meant is written twice");
                    return null;
                }

                Flush(parts, literal);
                parts.Add(new TemplatePart(null, SlotOf(text.Substring(i + 1, length), lists, slots, errors)));
                i += length + 1;
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        Flush(parts, literal);
        return errors.Count == before ? new PromptTemplate(parts, slots) : null;
    }

    /// <summary>The prompt of a combination; the last slot changes fastest.</summary>
    public string Fill(UInt128 combination)
    {
        var chosen = new int[Slots.Count];
        for (var slot = Slots.Count - 1; slot >= 0; slot--)
        {
            (combination, var choice) = UInt128.DivRem(combination, (UInt128)Slots[slot].Choices.Count);
            chosen[slot] = (int)choice;
        }

        var prompt = new StringBuilder();
        foreach (var part in _parts)
        {
            prompt.Append(part.Text ?? Slots[part.Slot].Choices[chosen[part.Slot]]);
        }

        return prompt.ToString();
    }

    private static int SlotOf(
        string inside, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, List<TemplateSlot> slots, ICollection<string> errors)
    {
        if (inside.Contains('|', StringComparison.Ordinal))
        {
            // Two of the same are two choices: only a name says that they belong together.
            slots.Add(new TemplateSlot(inside, inside.Split('|')));
            return slots.Count - 1;
        }

        var known = slots.FindIndex(slot => slot.Name == inside);
        if (known >= 0)
        {
            return known;
        }

        var name = inside.Split(':')[0];
        if (lists.TryGetValue(name, out var choices))
        {
            slots.Add(new TemplateSlot(inside, choices));
        }
        else
        {
            var names = lists.Count == 0 ? "there are no lists" : $"the lists are {string.Join(", ", lists.Keys.Order(StringComparer.Ordinal))}";
            errors.Add($"{{{inside}}} names no list: {names}");
        }

        return slots.Count - 1;
    }

    private static void Flush(List<TemplatePart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new TemplatePart(literal.ToString(), -1));
            literal.Clear();
        }
    }

    private int LengthWith(Func<IReadOnlyList<string>, int> lengthOf)
    {
        var lengths = Slots.Select(slot => lengthOf(slot.Choices)).ToArray();
        return _parts.Sum(part => part.Text?.Length ?? lengths[part.Slot]);
    }
}
