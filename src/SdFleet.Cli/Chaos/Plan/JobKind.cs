namespace SdFleet.Cli.Chaos.Plan;

/// <summary>What is special about a job of the plan.</summary>
internal enum JobKind
{
    /// <summary>Submitted once, and wanted.</summary>
    Plain,

    /// <summary>Submitted again with the same id and the same content, through the other door.</summary>
    Repeated,

    /// <summary>Another content is submitted under its id, once the fleet knows the job.</summary>
    Conflicting,

    /// <summary>Cancelled some time after it was submitted.</summary>
    Cancelled,

    /// <summary>Has no prompt: to be refused.</summary>
    WithoutPrompt,

    /// <summary>Asks for more steps than the model may take: to be refused.</summary>
    TooManySteps,

    /// <summary>Is half a JSON document: to be refused.</summary>
    HalfJson,

    /// <summary>Names a tenant that the publisher may not submit for: to be refused.</summary>
    StrangeTenant,
}
