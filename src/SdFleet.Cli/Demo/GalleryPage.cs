using System.Text;
using SdFleet.Contracts.Images;

namespace SdFleet.Cli.Demo;

/// <summary>A page that shows the pictures; it needs nothing but the files beside it.</summary>
internal static class GalleryPage
{
    private const string Css =
        """
          main { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 1.5rem 1.25rem; }
        """;

    public static string Render(IReadOnlyList<DemoPicture> pictures, IReadOnlyDictionary<Guid, ManifestRecord> records)
    {
        var (recipe, device) = (records[pictures[0].JobId].Recipe, records[pictures[0].JobId].Image.Device);
        var page = new StringBuilder(PageStyle.Head("SdFleet demo", Css));
        page.Append(
            FormattableString.Invariant(
                $"""
                <h1>{pictures.Count} pictures of one batch</h1>
                <p>Model {Text(recipe.Model)}, {recipe.Width}×{recipe.Height}, {recipe.Steps} steps, {Text(recipe.Scheduler)},
                guidance {recipe.GuidanceScale}, on {Text(device)}.
                <a href="manifest.jsonl">Manifest</a>, <a href="contact-sheet.png">contact sheet</a>.</p>
                <main>

                """));
        foreach (var picture in pictures)
        {
            var image = records[picture.JobId].Image;
            var (file, prompt) = (Text(picture.File), Text(picture.Prompt));
            page.Append(
                FormattableString.Invariant(
                    $"""
                    <figure><a href="{file}"><img src="{file}" width="{image.Width}" height="{image.Height}" alt="{prompt}"></a>
                    <figcaption>{prompt} <small>seed {image.Seed} · SHA-256 {image.Sha256[..12]}…</small></figcaption></figure>

                    """));
        }

        return page.Append("</main>\n</html>\n").ToString();
    }

    private static string Text(string text) => PageStyle.Text(text);
}
