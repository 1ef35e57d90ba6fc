using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>Everything that is wrong with a specification, so that it can be put right at once.</summary>
internal sealed class SpecificationErrors
{
    private const int MostShown = 20;

    private readonly List<string> _found = [];

    public int Count => _found.Count;

    /// <param name="where">The line, as <see cref="YamlText.Line"/> gives it.</param>
    /// <param name="field">Which field.</param>
    /// <param name="value">What was found, as it is shown; null where nothing was.</param>
    /// <param name="limit">What is allowed.</param>
    public void Add(string where, string field, string? value, string limit) => Add(where, new FieldError(field, value, limit));

    public void Add(string where, FieldError error) => _found.Add($"{where}: {error}");

    /// <exception cref="CliException">There are any: all of them.</exception>
    public void ThrowIfAny(string path)
    {
        if (_found.Count > 0)
        {
            var rest = _found.Count > MostShown ? $"{Environment.NewLine}  and {_found.Count - MostShown} more" : "";
            throw new CliException(
                $"{path} is not in order:{string.Concat(_found.Take(MostShown).Select(e => $"{Environment.NewLine}  {e}"))}{rest}", ExitCodes.Usage);
        }
    }
}
