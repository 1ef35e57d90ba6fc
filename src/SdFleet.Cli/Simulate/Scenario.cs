using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using SdFleet.Cli.Batches.Specification;
using SdFleet.Cli.Output;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Simulate;

/// <summary>
/// What is simulated: a file, or one that comes with the program, and settings on top of it, by the names that the file uses.
/// Those of release, leases and retries are the coordinator's configuration, those of scaling the chart's values.
/// </summary>
internal static partial class Scenario
{
    private const string Ending = ".yaml";

    /// <summary>Names of those that come with the program.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(Ending, StringComparison.Ordinal))
            .Select(name => name[..^Ending.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the settings of a scenario, each with its path in the file, such as <c>scaling:maxReplicas</c>.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string nameOrFile)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Flatten(Open(nameOrFile), "", settings);
        return settings;
    }

    /// <summary>The options that settings give, later ones before earlier ones.</summary>
    /// <exception cref="CliException">A name is not known, or a value is not allowed.</exception>
    public static SimulationOptions Options(params IEnumerable<IEnumerable<KeyValuePair<string, string?>>> layers)
    {
        var builder = new ConfigurationBuilder();
        foreach (var layer in layers)
        {
            // The last of a name counts.
            builder.AddInMemoryCollection(layer
                .Select(s => KeyValuePair.Create(s.Key.Replace('.', ':'), s.Value))
                .GroupBy(s => s.Key, StringComparer.OrdinalIgnoreCase)
                .Select(g => g.Last()));
        }

        SimulationOptions options;
        try
        {
            options = builder.Build().Get<SimulationOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new SimulationOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new CliException(
                Unknown().Match(e.Message) is { Success: true } unknown
                    ? $"a simulation has no setting {unknown.Groups["names"].Value}; the chart's and the coordinator's names are taken, and those of the scenarios that come with the program"
                    : $"a setting cannot be read. {e.Message}",
                ExitCodes.Usage,
                e);
        }

        var wrong = options.Validate().ToList();
        return wrong.Count == 0
            ? options
            : throw new CliException($"the simulation is not in order:{string.Concat(wrong.Select(w => $"{Environment.NewLine}  {w}"))}", ExitCodes.Usage);
    }

    // The binder's own text speaks of types; where it knows a key, it names it with its value.
    [GeneratedRegex(@"not found on the instance of [^:]*: (?<names>'.*')")]
    private static partial Regex Unknown();

    private static YamlMappingNode Open(string nameOrFile)
    {
        if (Names.Contains(nameOrFile, StringComparer.Ordinal))
        {
            using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(nameOrFile + Ending)!);
            return YamlText.ReadMapping(reader, nameOrFile, "workload");
        }

        return File.Exists(nameOrFile)
            ? YamlText.ReadMapping(nameOrFile, "workload")
            : throw new CliException($"\"{nameOrFile}\" is no file, and none of {string.Join(", ", Names)}.", ExitCodes.Usage);
    }

    private static void Flatten(YamlNode node, string path, Dictionary<string, string?> settings)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var (key, value) in mapping.Children)
                {
                    Flatten(value, path.Length == 0 ? key.ToString() : $"{path}:{key}", settings);
                }

                break;
            case YamlSequenceNode sequence:
                foreach (var (index, item) in sequence.Children.Index())
                {
                    Flatten(item, string.Create(CultureInfo.InvariantCulture, $"{path}:{index}"), settings);
                }

                break;
            default:
                settings[path] = ((YamlScalarNode)node).Value;
                break;
        }
    }
}
