#!/usr/bin/env bash
# Runs `sdfleet soak` with private servers beside it. `make soak` calls this.
#
# usage: infra/dev/soak.sh [OPTION OF sdfleet soak...]
set -euo pipefail
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

if [[ ${1:-} != --on-these ]]; then
  exec "$DEV_FOLDER/with-servers.sh" "$DEV_FOLDER/soak.sh" --on-these "$@"
fi
shift

program=$DEV_FOLDER/../../src/SdFleet.Cli/bin/${CONFIGURATION:-Release}/net10.0/sdfleet.dll
[[ -f $program ]] || fail "$program is not there" "Run: make build"

export SDFLEET_BROKER=$SDFLEET_TEST_RABBITMQ SDFLEET_MANAGEMENT=$SDFLEET_TEST_RABBITMQ_MANAGEMENT
export SDFLEET_POSTGRES=$SDFLEET_TEST_POSTGRES SDFLEET_BLOBS=$SDFLEET_TEST_AZURITE
exec dotnet exec "$program" soak "$@"
