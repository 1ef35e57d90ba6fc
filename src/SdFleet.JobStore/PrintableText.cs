using System.Text;

namespace SdFleet.JobStore;

/// <summary>Text from outside, such as a database takes it.</summary>
internal static class PrintableText
{
    // PostgreSQL's text holds every character but this one.
    private const char Null = '\0';

    /// <summary>The text, with U+FFFD for what cannot be stored: U+0000 and halves of surrogate pairs, which UTF-8 cannot spell.</summary>
    public static string Of(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace(Null, '\uFFFD');
}
