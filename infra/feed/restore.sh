#!/usr/bin/env bash
# Restores the solution from whatever package feed this machine has. Asks once whether the feed has every package that the
# projects name, and remembers the answer in .feed/ (not in version control).
#   PACKAGE_FEED=complete|partial   say it instead of asking
#   PROBE=1                         ask again
set -euo pipefail
cd "$(dirname "$0")/../.."

answer=.feed/PackageFeed.props
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

remember() { # complete|partial, folder of ONNX Runtime or nothing, what is missing
  mkdir -p .feed
  {
    echo '<Project>'
    echo "  <!-- $3 -->"
    echo '  <PropertyGroup>'
    echo "    <PackageFeed>$1</PackageFeed>"
    if [ -n "$2" ]; then echo "    <OnnxRuntimeFolder>$2</OnnxRuntimeFolder>"; fi
    echo '  </PropertyGroup>'
    echo '</Project>'
  } > "$answer.new"
  # A file that did not change keeps its time, and with it every project's up-to-date check.
  if cmp -s "$answer.new" "$answer"; then rm "$answer.new"; else mv "$answer.new" "$answer"; fi
}

feed=${PACKAGE_FEED:-}
missing=
case "$feed" in
  complete | partial) why="as PACKAGE_FEED says" ;;
  '')
    if [ -f "$answer" ] && [ -z "${PROBE:-}" ]; then
      feed=$(sed -n 's|.*<PackageFeed>\(.*\)</PackageFeed>.*|\1|p' "$answer")
      missing=$(sed -n 's|.*<!-- missing: \(.*\) -->.*|\1|p' "$answer")
      why="found before; make restore PROBE=1 asks again"
    else
      log=$(mktemp)
      trap 'rm -f "$log"' EXIT
      mkdir -p .feed/probe
      if timeout 180 dotnet restore infra/feed/probe/Probe.csproj --force -p:PackageFeed=complete \
        -p:MSBuildProjectExtensionsPath="$PWD/.feed/probe/" > "$log" 2>&1; then
        feed=complete
      elif grep -qE 'error NU11(01|02|03)' "$log"; then
        feed=partial
        # The packages that the project names itself; what their dependencies lack shows as the reason after them.
        missing=$(sed -nE 's/.*error NU110[123]: Unable to find (a stable )?package ([A-Za-z0-9.]*[A-Za-z0-9]).*/\2/p' "$log" | sort -u | paste -sd' ' -)
      else
        cat "$log" >&2
        echo "restore: the package feed gave no answer (above). PACKAGE_FEED=complete|partial goes on without asking." >&2
        exit 1
      fi
      why="probed"
    fi
    ;;
  *) echo "restore: PACKAGE_FEED is complete or partial, not '$feed'" >&2; exit 2 ;;
esac

if [ "$feed" = partial ]; then
  echo "package feed: partial${missing:+ (missing: $missing)}: substitutes from infra/feed are used"
  folder=$(infra/feed/fetch-onnxruntime.sh)
  remember partial "$folder" "${missing:+missing: $missing}"
else
  echo "package feed: complete ($why)"
  remember complete "" ""
fi

exec dotnet restore SdFleet.sln --nologo -v:q "$@"
