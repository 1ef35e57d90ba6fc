using System.Buffers;
using System.Globalization;
using System.Text;

namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// Reads the attention weights of <see cref="PromptSyntax.Weighted"/>, to the letter as AUTOMATIC1111's web UI reads them, so that its
/// prompts give its pictures. One oddity is among that: a BREAK inside of brackets is no break, but the word, with a negative weight.
/// </summary>
internal sealed class WeightedPrompt
{
    /// <summary>The largest weight; such words leave nothing of the others, and larger ones in the end no numbers.</summary>
    public const double MaxWeight = 100;

    private const double RoundWeight = 1.1;
    private const double SquareWeight = 1 / 1.1;
    private const string BreakWord = "BREAK";

    // What the web UI gives a break in place of a weight. Brackets around it multiply that like any other.
    private const double BreakWeight = -1;

    private static readonly SearchValues<char> Marks = SearchValues.Create("\\()[]:");

    private readonly List<(StringBuilder Text, double Weight)> _runs = [];
    private readonly Stack<int> _round = new();
    private readonly Stack<int> _square = new();

    private readonly string _field;

    private WeightedPrompt(string field) => _field = field;

    /// <summary>Cuts a prompt into runs of one weight each.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="field">What the prompt is called, for messages.</param>
    /// <returns>At least one segment.</returns>
    /// <exception cref="ArgumentException">A weight is no number, such as <c>1.2.3</c>, or is out of range.</exception>
    public static IReadOnlyList<PromptSegment> Parse(string text, string field)
    {
        WeightedPrompt prompt = new(field);
        prompt.Read(text);
        return prompt.Merge();
    }

    private void Read(ReadOnlySpan<char> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            char first = text[at];
            if (first == '\\')
            {
                // What it stands before is text; before anything else it is text that nobody sees.
                bool escapes = at + 1 < text.Length && text[at + 1] is '(' or ')' or '[' or ']' or '\\';
                Add(escapes ? text.Slice(at + 1, 1) : []);
                at += escapes ? 2 : 1;
                continue;
            }

            int length = 1;
            ReadOnlySpan<char> number = [];
            if (first == ':' && TryReadWeight(text[at..], out int weightLength, out number))
            {
                length = weightLength;
            }

            switch (first)
            {
                case '(':
                    _round.Push(_runs.Count);
                    break;
                case '[':
                    _square.Push(_runs.Count);
                    break;
                case ':' when length > 1 && _round.TryPop(out int start):
                    Multiply(start, Number(number));
                    break;
                case ')' when _round.TryPop(out int start):
                    Multiply(start, RoundWeight);
                    break;
                case ']' when _square.TryPop(out int start):
                    Multiply(start, SquareWeight);
                    break;
                case ')' or ']' or ':':
                    Add(text.Slice(at, length));
                    break;
                default:
                    int end = text[at..].IndexOfAny(Marks);
                    length = end < 0 ? text.Length - at : end;
                    AddWithBreaks(text.Slice(at, length));
                    break;
            }

            at += length;
        }

        while (_round.TryPop(out int start))
        {
            Multiply(start, RoundWeight);
        }

        while (_square.TryPop(out int start))
        {
            Multiply(start, SquareWeight);
        }
    }

    // A colon, a number and the bracket that it closes, with white space where one likes it.
    private static bool TryReadWeight(ReadOnlySpan<char> text, out int length, out ReadOnlySpan<char> number)
    {
        int start = SkipSpace(text, 1);
        int digits = start < text.Length && text[start] is '+' or '-' ? start + 1 : start;
        int end = digits;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        int bracket = SkipSpace(text, end);
        bool found = end > digits && bracket < text.Length && text[bracket] == ')';
        number = found ? text[start..end] : [];
        length = found ? bracket + 1 : 0;
        return found;
    }

    private static int SkipSpace(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private double Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
            ? weight
            : throw new ArgumentException($"{_field} has the weight \"{text}\"; a weight is a number such as 1.2.", _field);

    private static bool IsWordAt(ReadOnlySpan<char> text, int at) =>
        at >= 0 && at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_');

    private void AddWithBreaks(ReadOnlySpan<char> text)
    {
        int from = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (!text[at..].StartsWith(BreakWord, StringComparison.Ordinal)
                || IsWordAt(text, at - 1)
                || IsWordAt(text, at + BreakWord.Length))
            {
                continue;
            }

            Add(text[from..at].TrimEnd());
            _runs.Add((new(BreakWord), BreakWeight));
            from = SkipSpace(text, at + BreakWord.Length);
            at = from - 1;
        }

        Add(text[from..]);
    }

    private void Add(ReadOnlySpan<char> text) => _runs.Add((new StringBuilder().Append(text), 1));

    private void Multiply(int start, double weight)
    {
        for (int i = start; i < _runs.Count; i++)
        {
            _runs[i] = (_runs[i].Text, _runs[i].Weight * weight);
        }
    }

    private List<PromptSegment> Merge()
    {
        List<PromptSegment> merged = [];
        for (int i = 0; i < _runs.Count;)
        {
            (StringBuilder text, double weight) = _runs[i];
            for (i++; i < _runs.Count && _runs[i].Weight == weight; i++)
            {
                text.Append(_runs[i].Text);
            }

            if (!(Math.Abs(weight) <= MaxWeight))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{_field} weighs \"{text}\" {weight} times; within -{MaxWeight} to {MaxWeight} is taken."),
                    _field);
            }

            string joined = text.ToString();
            merged.Add(new(joined, weight, IsBreak: weight == BreakWeight && joined == BreakWord));
        }

        return merged.Count > 0 ? merged : [new("", 1)];
    }
}
