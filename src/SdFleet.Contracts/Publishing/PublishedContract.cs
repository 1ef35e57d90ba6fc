using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SdFleet.Contracts.Publishing;

/// <summary>The contract's documents as text. They lie beside this code in <c>published/</c> too, for those who only read; a test keeps them equal.</summary>
public static class PublishedContract
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary><see cref="SubmissionSchema"/>, ending in a newline.</summary>
    public static string Schema { get; } = Text(SubmissionSchema.Create());

    /// <summary><see cref="AsyncApiDocument"/>, ending in a newline.</summary>
    public static string AsyncApi { get; } = Text(AsyncApiDocument.Create());

    private static string Text(JsonObject document) => document.ToJsonString(Readable) + "\n";
}
