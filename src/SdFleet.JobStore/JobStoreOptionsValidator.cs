using Microsoft.Extensions.Options;
using Npgsql;

namespace SdFleet.JobStore;

/// <summary>Finds everything that is wrong with <see cref="JobStoreOptions"/> at once, by the names that configuration uses.</summary>
internal sealed class JobStoreOptionsValidator(string section) : IValidateOptions<JobStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, JobStoreOptions options)
    {
        var errors = new List<string>();
        switch (options.Kind)
        {
            case JobStoreKind.Embedded:
                if (string.IsNullOrWhiteSpace(options.Path))
                {
                    errors.Add(Error(nameof(options.Path), "is empty: name the database file"));
                }

                break;
            case JobStoreKind.Postgres:
                CheckConnectionString(options.ConnectionString, errors);
                break;
            default:
                errors.Add(Error(nameof(options.Kind), $"is {options.Kind}: it is {string.Join(" or ", Enum.GetNames<JobStoreKind>())}"));
                break;
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private void CheckConnectionString(string? connectionString, List<string> errors)
    {
        const string Example = "'Host=db;Database=sdfleet;Username=sdfleet;Password=…'";
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            errors.Add(Error(nameof(JobStoreOptions.ConnectionString), $"is empty: {nameof(JobStoreKind.Postgres)} needs one such as {Example}"));
            return;
        }

        // The text may hold a password: only the name of what is wrong with it is repeated.
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(parsed.Host))
            {
                errors.Add(Error(nameof(JobStoreOptions.ConnectionString), $"names no Host: it looks like {Example}"));
            }

            if (string.IsNullOrWhiteSpace(parsed.Database))
            {
                errors.Add(Error(nameof(JobStoreOptions.ConnectionString), $"names no Database: it looks like {Example}"));
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            errors.Add(Error(nameof(JobStoreOptions.ConnectionString), $"cannot be read: it looks like {Example}"));
        }
    }

    private string Error(string option, string text) => $"{section}:{option} {text}.";
}
