using System.Net;
using System.Text;
using SdFleet.Contracts.Images;

namespace SdFleet.Cli.Demo;

/// <summary>A page that shows the pictures; it needs nothing but the files beside it.</summary>
internal static class GalleryPage
{
    private const string Head =
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>SdFleet demo</title>
        <style>
          :root { color-scheme: light dark; --ink: #28282e; --faint: #6c6c78; --paper: #fafafb; --edge: #d0d0d6; }
          @media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --faint: #9c9ca8; --paper: #18181c; --edge: #3c3c44; } }
          body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; font: 15px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
          h1 { font-size: 1.4rem; margin: 0; }
          p { color: var(--faint); margin: .25rem 0 1.5rem; }
          a { color: inherit; }
          main { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 1.5rem 1.25rem; }
          figure { margin: 0; }
          img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block; border: 1px solid var(--edge); border-radius: 3px; }
          figcaption { margin-top: .45rem; font-size: .86rem; }
          small { display: block; color: var(--faint); }
        </style>

        """;

    public static string Render(IReadOnlyList<DemoPicture> pictures, IReadOnlyDictionary<Guid, ManifestRecord> records)
    {
        var first = records[pictures[0].JobId];
        var page = new StringBuilder(Head);
        page.Append(
            FormattableString.Invariant(
                $"""
                <h1>{pictures.Count} pictures of one batch</h1>
                <p>Model {Text(first.Recipe.Model)}, {first.Recipe.Width}×{first.Recipe.Height}, {first.Recipe.Steps} steps, {Text(first.Recipe.Scheduler)},
                guidance {first.Recipe.GuidanceScale}, on {Text(first.Image.Device)}. <a href="manifest.jsonl">Manifest</a>, <a href="contact-sheet.png">contact sheet</a>.</p>
                <main>

                """));
        foreach (var picture in pictures)
        {
            var image = records[picture.JobId].Image;
            page.Append(
                FormattableString.Invariant(
                    $"""
                    <figure><a href="{Text(picture.File)}"><img src="{Text(picture.File)}" width="{image.Width}" height="{image.Height}" alt="{Text(picture.Prompt)}"></a>
                    <figcaption>{Text(picture.Prompt)} <small>seed {image.Seed} · SHA-256 {image.Sha256[..12]}…</small></figcaption></figure>

                    """));
        }

        return page.Append("</main>\n</html>\n").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
