using System.Net;

namespace SdFleet.Cli.Demo;

/// <summary>How the pages look that the command writes: light or dark as the reader has it, and nothing from the network.</summary>
internal static class PageStyle
{
    private const string Css =
        """
          :root { color-scheme: light dark; --ink: #28282e; --faint: #6c6c78; --paper: #fafafb; --edge: #d0d0d6; }
          @media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --faint: #9c9ca8; --paper: #18181c; --edge: #3c3c44; } }
          body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; }
          body { font: 15px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
          h1 { font-size: 1.4rem; margin: 0; }
          p { color: var(--faint); margin: .25rem 0 1.5rem; }
          a { color: inherit; }
          figure { margin: 0; }
          img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block; border: 1px solid var(--edge); border-radius: 3px; }
          figcaption { margin-top: .45rem; font-size: .86rem; }
          small { display: block; color: var(--faint); }
        """;

    /// <summary>The beginning of a page.</summary>
    /// <param name="title">Plain text.</param>
    /// <param name="css">The page's own rules.</param>
    public static string Head(string title, string css) =>
        $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {Css}
        {css}
        </style>

        """;

    /// <summary>Plain text as HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
