using System.Text.Json;
using SdFleet.Contracts;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A manifest record as it goes into a dataset: with its line first.</summary>
internal static class RecordJson
{
    private const string Line = "line";

    public static byte[] Of(DatasetImage image)
    {
        var json = JsonSerializer.SerializeToNode(image.Record, ContractsJson.Options)!.AsObject();
        json.Remove(Line);
        json.Insert(0, Line, image.Line);
        return JsonSerializer.SerializeToUtf8Bytes(json, ContractsJson.Options);
    }
}
