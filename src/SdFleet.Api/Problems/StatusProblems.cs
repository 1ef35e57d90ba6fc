using Microsoft.AspNetCore.Diagnostics;

namespace SdFleet.Api.Problems;

/// <summary>Gives the answers that routing and authentication leave without a body a problem.</summary>
internal static class StatusProblems
{
    public static Task WriteAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return Problem.Of(http.Response.StatusCode, DetailOf(http)).ExecuteAsync(http);
    }

    private static string DetailOf(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        return response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized =>
                "This needs an API key that the server knows: send Authorization: Bearer KEY, or X-Api-Key: KEY.",
            StatusCodes.Status404NotFound => $"There is nothing at {request.Path}; {ApiRoutes.OpenApi} lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{request.Path} does not take {request.Method}, only {response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => "Send JSON in UTF-8 with Content-Type: application/json.",
            _ => $"The request cannot be answered; {ApiRoutes.OpenApi} says what can.",
        };
    }
}
