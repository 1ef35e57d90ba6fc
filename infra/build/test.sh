#!/usr/bin/env bash
# Runs every test project of the built solution, and says last what all of them together came to.
#   PROJECT=tests/X       only that one
#   FILTER='expression'   passed on as --filter
set -uo pipefail
cd "$(dirname "$0")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# One project at a time, with one set of servers for all: timings should not depend on what runs beside them.
infra/dev/with-servers.sh dotnet test "${PROJECT:-SdFleet.sln}" --configuration "${CONFIGURATION:-Release}" --no-build --nologo --tl:off -maxcpucount:1 \
  --blame-hang-timeout 10m --blame-hang-dump-type none \
  ${FILTER:+--filter "$FILTER"} 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# What failed, once more and briefly, where it is found: thousands of lines may stand between a failure and the count.
awk '
  /^  Failed / { left = 12 }
  /^(Passed|Failed)!/ { left = 0 }
  /active test run was aborted|test host process crashed/ { print }
  left > 0 { print substr($0, 1, 400); left-- }' "$log"

awk -v status="$status" '
  /^(Passed!|Failed!|Skipped!) +- Failed:/ {
    for (i = 1; i < NF; i++) {
      if ($i == "Failed:") failed += $(i + 1)
      if ($i == "Passed:") passed += $(i + 1)
      if ($i == "Skipped:") skipped += $(i + 1)
    }
  }
  END {
    # A test host that dies prints no counts: its project has failed all the same.
    if (status != 0 && failed == 0) failed = 1
    printf "%d passed, %d failed%s\n", passed, failed, skipped ? sprintf(", %d skipped", skipped) : ""
  }' "$log"
exit "$status"
