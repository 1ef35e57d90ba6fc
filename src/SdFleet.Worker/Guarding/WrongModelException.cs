namespace SdFleet.Worker.Guarding;

/// <summary>The job asks for other weights than this worker has loaded. Another worker may have them: while a model is replaced, both run.</summary>
internal sealed class WrongModelException(string wanted, string loaded)
    : Exception($"The job wants the model whose files have the SHA-256 {wanted}; this worker has loaded {loaded}.");
