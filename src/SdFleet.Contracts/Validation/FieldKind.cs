namespace SdFleet.Contracts.Validation;

/// <summary>JSON type of a field.</summary>
public enum FieldKind
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A number without a fraction.</summary>
    WholeNumber,

    /// <summary>Any finite number.</summary>
    Number,

    /// <summary>A string holding a UUID.</summary>
    Uuid,

    /// <summary>One of a few words.</summary>
    Word,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>A string holding an RFC 3339 date and time.</summary>
    DateTime,

    /// <summary>A string holding an http or https URL.</summary>
    Url,

    /// <summary>A list of some of a few words, each once.</summary>
    Words,

    /// <summary>An object with fields of its own.</summary>
    Object,

    /// <summary>A list of such objects.</summary>
    Objects,
}
