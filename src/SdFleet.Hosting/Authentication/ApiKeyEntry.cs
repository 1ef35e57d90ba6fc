namespace SdFleet.Hosting.Authentication;

/// <summary>One API key.</summary>
public sealed class ApiKeyEntry
{
    /// <summary>SHA-256 of the key's UTF-8 bytes, in hex. Keys are long and random, so a plain hash gives nothing away.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>The tenant that requests with this key belong to.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>
    /// Whether it is also an operator's, who may pause and resume models and every tenant. It sees and submits the jobs of its own
    /// tenant only, like any other key. Default false.
    /// </summary>
    public bool Operator { get; set; }
}
