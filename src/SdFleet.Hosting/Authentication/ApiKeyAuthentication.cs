using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Validation;

namespace SdFleet.Hosting.Authentication;

/// <summary>
/// Knows a caller by <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>. Where no keys are configured everybody is
/// the default tenant and an operator; the API then listens on loopback only.
/// </summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    IOptionsMonitor<ApiKeyOptions> keys,
    ApiKeyRequirement requirement,
    ILoggerFactory logger,
    UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>Claim that holds the caller's tenant.</summary>
    public const string TenantClaim = "tenant";

    /// <summary>Claim that operators have.</summary>
    public const string OperatorClaim = "operator";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var configured = keys.CurrentValue.Keys;
        if (configured.Count == 0 && !requirement.IsRequired)
        {
            return Task.FromResult(Success("anonymous", RecipeResolver.DefaultTenant, isOperator: true));
        }

        if (PresentedKey() is not { Length: > 0 } presented)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(presented));
        foreach (var (name, key) in configured)
        {
            // Compared in constant time, so that how long it takes says nothing about how much of a hash was right.
            if (CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(key.Sha256)))
            {
                return Task.FromResult(Success(name, key.Tenant, key.Operator));
            }
        }

        return Task.FromResult(AuthenticateResult.Fail("Unknown API key."));
    }

    /// <inheritdoc/>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = result.Failure is { } failure
            ? $"Bearer realm=\"sdfleet\", error=\"invalid_token\", error_description=\"{failure.Message}\""
            : "Bearer realm=\"sdfleet\"";
    }

    private AuthenticateResult Success(string name, string tenant, bool isOperator)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(TenantClaim, tenant)], Scheme.Name);
        if (isOperator)
        {
            identity.AddClaim(new Claim(OperatorClaim, "true"));
        }

        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    private string? PresentedKey()
    {
        const string Bearer = "Bearer ";
        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : Request.Headers["X-Api-Key"].ToString();
    }
}
