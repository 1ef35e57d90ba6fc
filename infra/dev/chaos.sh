#!/usr/bin/env bash
# Runs `sdfleet chaos` on private servers that it may restart. `make chaos` calls this.
#
# usage: infra/dev/chaos.sh [OPTION OF sdfleet chaos...]
#
# The broker and PostgreSQL are restarted by SIGKILL. Azurite is asked to stop:
# it keeps what it has confirmed in memory for up to five seconds, so that a
# SIGKILL would show what it loses, and nothing about the fleet.
set -euo pipefail
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

if [[ ${1:-} != --on-these ]]; then
  # Servers that others use must not be restarted.
  unset SDFLEET_TEST_RABBITMQ SDFLEET_TEST_RABBITMQ_MANAGEMENT SDFLEET_TEST_POSTGRES SDFLEET_TEST_AZURITE
  exec "$DEV_FOLDER/with-servers.sh" "$DEV_FOLDER/chaos.sh" --on-these "$@"
fi
shift

program=$DEV_FOLDER/../../src/SdFleet.Cli/bin/${CONFIGURATION:-Release}/net10.0/sdfleet.dll
[[ -f $program ]] || fail "$program is not there" "Run: make build"

control() { # NAME COMMAND...
  local name=$1 command commands=""
  shift
  for command in "$@"; do commands+="${commands:+ && }'$DEV_FOLDER/servers.sh' $command '$SDFLEET_DEV_SERVERS' $name"; done
  printf '%s' "$commands"
}

export SDFLEET_BROKER=$SDFLEET_TEST_RABBITMQ SDFLEET_MANAGEMENT=$SDFLEET_TEST_RABBITMQ_MANAGEMENT
export SDFLEET_POSTGRES=$SDFLEET_TEST_POSTGRES SDFLEET_BLOBS=$SDFLEET_TEST_AZURITE
exec dotnet exec "$program" chaos \
  --restart-broker "$(control rabbitmq kill restart)" \
  --restart-postgres "$(control postgres kill restart)" \
  --restart-blobs "$(control azurite restart)" \
  "$@"
