#!/usr/bin/env bash
# Runs a command with RabbitMQ, PostgreSQL and Azurite beside it, and stops them
# when it ends, however it ends. The command finds them in the variables
# SDFLEET_TEST_RABBITMQ, SDFLEET_TEST_RABBITMQ_MANAGEMENT, SDFLEET_TEST_POSTGRES
# and SDFLEET_TEST_AZURITE. A server whose variable is set already is not started.
# SDFLEET_DEV_SERVERS is their folder, for servers.sh.
#
# usage: infra/dev/with-servers.sh COMMAND [ARGUMENT...]
#
# The exit code is the command's. The servers' data is thrown away, so
# PostgreSQL does not wait for the disk (SDFLEET_DEV_FAST=0 makes it wait).
# shellcheck disable=SC2317  # functions that only traps call
set -euo pipefail
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

if (($# == 0)); then
  sed -n '/^# usage/s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
export SDFLEET_DEV_FAST=${SDFLEET_DEV_FAST:-1}

names=()
if [[ -z ${SDFLEET_TEST_RABBITMQ:-} ]]; then names+=(rabbitmq); fi
if [[ -z ${SDFLEET_TEST_POSTGRES:-} ]]; then names+=(postgres); fi
if [[ -z ${SDFLEET_TEST_AZURITE:-} ]]; then names+=(azurite); fi
if ((${#names[@]} == 0)); then exec "$@"; fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/sdfleet-servers.XXXXXX")
chmod 711 "$folder"
command_pid=""

stop() {
  trap '' INT TERM HUP
  "$DEV_FOLDER/servers.sh" stop "$folder" || true
  rm -rf "$folder"
}
trap stop EXIT

# Ctrl-C reaches the running command by itself, being sent to the whole
# foreground group; TERM and HUP are passed on. Its own end is awaited either way.
passed_on() { if [[ -n $command_pid ]]; then kill "-$1" "$command_pid" 2>/dev/null || true; fi; }
interrupted=""
trap 'interrupted=130' INT
trap 'interrupted=143; passed_on TERM' TERM
trap 'interrupted=129; passed_on HUP' HUP

# Runs a command and sets STATUS to its exit code. In the background, because a
# trap waits for a command in the foreground; with SIGINT as usual, because the
# background jobs of a script ignore it.
run() {
  local last
  STATUS=0
  env --default-signal=INT "$@" <&0 &
  command_pid=$!
  wait "$command_pid" || STATUS=$?
  # A trapped signal ends a wait early, so wait until the command is gone. 127
  # says that the wait before had its exit code already.
  while kill -0 "$command_pid" 2>/dev/null; do wait "$command_pid" || STATUS=$?; done
  if [[ -n $interrupted ]]; then
    last=0
    wait "$command_pid" || last=$?
    if [[ $last != 127 ]]; then STATUS=$last; fi
  fi
}

run "$DEV_FOLDER/servers.sh" start --parent $$ "$folder" "${names[@]}"
if ((STATUS)); then exit "$STATUS"; fi
if [[ -n $interrupted ]]; then exit "$interrupted"; fi

set -a
# shellcheck source=/dev/null
source "$folder/servers.env"
set +a
export SDFLEET_DEV_SERVERS=$folder
run "$@"
exit "$STATUS"
