using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SdFleet.Hosting.Configuration;

/// <summary>Options that are checked when the service starts: a service with a wrong setting says everything that is wrong and does not run.</summary>
public static class ValidatedOptionsExtensions
{
    /// <summary>Binds <typeparamref name="TOptions"/> to <paramref name="section"/> and checks it at start.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">Where the values come from; its path stands before every message.</param>
    /// <param name="validate">Everything that is wrong, each beginning with the name of the setting.</param>
    public static IServiceCollection AddValidatedOptions<TOptions>(
        this IServiceCollection services, IConfigurationSection section, Func<TOptions, IEnumerable<string>> validate)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<TOptions>().Bind(section, b => b.ErrorOnUnknownConfiguration = false).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>>(new Validator<TOptions>(section.Path, validate));
        return services;
    }

    private sealed class Validator<TOptions>(string path, Func<TOptions, IEnumerable<string>> validate) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var failures = validate(options).Select(f => $"{path}:{f}").ToList();
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
