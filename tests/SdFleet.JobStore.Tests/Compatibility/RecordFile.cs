using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using SdFleet.TestServers;

namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>The records in the repository: what the last program of each schema version ran, a file a version and database.</summary>
internal static partial class RecordFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly string Folder = RepositoryFolder.Combine("tests", "SdFleet.JobStore.Tests", "Compatibility", "records");

    /// <summary>The versions that have a record.</summary>
    public static IReadOnlyList<int> Versions(JobStoreKind kind) =>
    [
        .. Directory.EnumerateFiles(Folder).Select(f => Name().Match(Path.GetFileName(f)))
            .Where(m => m.Success && m.Groups["kind"].Value == Word(kind))
            .Select(m => int.Parse(m.Groups["version"].Value, CultureInfo.InvariantCulture)).Order(),
    ];

    public static IReadOnlyList<RecordedSession> Read(JobStoreKind kind, int version) =>
        JsonSerializer.Deserialize<List<RecordedSession>>(File.ReadAllText(PathOf(kind, version)), Json)!;

    public static void Write(JobStoreKind kind, int version, IReadOnlyList<RecordedSession> sessions) =>
        File.WriteAllText(PathOf(kind, version), JsonSerializer.Serialize(sessions, Json) + "\n");

    private static string PathOf(JobStoreKind kind, int version) =>
        Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{version:0000}.{Word(kind)}.json"));

    private static string Word(JobStoreKind kind) => kind.ToString().ToLowerInvariant();

    [GeneratedRegex(@"^(?<version>\d{4})\.(?<kind>[a-z]+)\.json$")]
    private static partial Regex Name();
}
