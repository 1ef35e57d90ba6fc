using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace SdFleet.Storage;

/// <summary>Finds everything that is wrong with <see cref="ArtifactStoreOptions"/> at once, by the names that configuration uses.</summary>
internal sealed partial class ArtifactStoreOptionsValidator(string section) : IValidateOptions<ArtifactStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, ArtifactStoreOptions options)
    {
        var errors = new List<string>();
        switch (options.Kind)
        {
            case ArtifactStoreKind.Folder:
                if (string.IsNullOrWhiteSpace(options.Path))
                {
                    errors.Add(Error(nameof(options.Path), "is empty: name the folder that takes the artifacts"));
                }

                break;
            case ArtifactStoreKind.AzureBlob:
                CheckAddress(options, errors);
                if (options.Container is null || !IsContainerName(options.Container))
                {
                    errors.Add(Error(
                        nameof(options.Container),
                        $"is '{options.Container}': a container's name is 3 to 63 characters of a-z, 0-9 and single '-' between them"));
                }

                break;
            default:
                errors.Add(Error(nameof(options.Kind), $"is {options.Kind}: it is {string.Join(" or ", Enum.GetNames<ArtifactStoreKind>())}"));
                break;
        }

        for (var i = 0; i < options.ExportPlaces.Count; i++)
        {
            if (ExportPlaces.FaultOf(options.ExportPlaces[i], options) is { } fault)
            {
                errors.Add(Error(FormattableString.Invariant($"{nameof(options.ExportPlaces)}:{i}"), fault));
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private void CheckAddress(ArtifactStoreOptions options, List<string> errors)
    {
        var hasConnectionString = !string.IsNullOrWhiteSpace(options.ConnectionString);
        var hasServiceUri = !string.IsNullOrWhiteSpace(options.ServiceUri);
        if (hasConnectionString == hasServiceUri)
        {
            errors.Add(Error(
                nameof(options.ConnectionString),
                $"and {section}:{nameof(options.ServiceUri)} are {(hasServiceUri ? "both given" : "both empty")}: {options.Kind} takes one of them"));
        }

        // The signature in it is a secret: the value is not repeated.
        Uri? uri = null;
        if (hasServiceUri &&
            !(Uri.TryCreate(options.ServiceUri, UriKind.Absolute, out uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)))
        {
            errors.Add(Error(nameof(options.ServiceUri), "is no address: it looks like https://account.blob.core.windows.net/, with ?sv=… where a signature opens it"));
        }
        else if (hasServiceUri && uri is { Query: "", Scheme: not "https" })
        {
            errors.Add(Error(nameof(options.ServiceUri), "has no signature and is not https: a sign-in is sent over https only"));
        }
    }

    internal static bool IsContainerName(string name) => ContainerName().IsMatch(name);

    private string Error(string option, string text) => $"{section}:{option} {text}.";

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerName();
}
