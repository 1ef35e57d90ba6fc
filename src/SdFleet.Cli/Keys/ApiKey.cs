using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Keys;

/// <summary>A new API key.</summary>
/// <param name="Text">What a caller sends.</param>
internal sealed record ApiKey(string Text)
{
    // Lets people, and scanners for leaked secrets, tell what it is.
    private const string Prefix = "sdf_";
    private const int RandomBytes = 32;

    /// <summary>SHA-256 of the whole text, lower-case hex: all that the fleet is configured with.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public static ApiKey Create() => new(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)));

    /// <summary>What is wrong with a tenant's name, or null.</summary>
    public static string? WrongTenant(string tenant) =>
        NameText.IsName(tenant) ? null : $"--tenant is \"{tenant}\": 1 to {NameText.MaxLength} characters of a-z, 0-9, '-', '_' and '.'.";

    /// <summary>What is wrong with a key's name, or null. It becomes part of the name of an environment variable.</summary>
    public static string? WrongName(string name) =>
        name.Length is > 0 and <= NameText.MaxLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? null
            : $"--name is \"{name}\": 1 to {NameText.MaxLength} letters, digits and '_', as it becomes part of a variable's name.";
}
