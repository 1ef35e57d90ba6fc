using System.Buffers;

namespace SdFleet.Contracts.Validation;

/// <summary>Names of tenants and models: safe as a part of queue names, paths and URLs.</summary>
public static class NameText
{
    /// <summary>Most characters.</summary>
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>True for 1 to 64 characters of a-z, 0-9, '-', '_', '.', not beginning with a dot.</summary>
    public static bool IsName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text[0] != '.' && text.IndexOfAnyExcept(Allowed) < 0;
}
