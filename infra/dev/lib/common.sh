# shellcheck shell=bash disable=SC2034,SC2153  # variables shared with those who source this
# What every script of infra/dev shares. Sourced, never run.

DEV_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SERVER_NAMES=(rabbitmq postgres azurite)

say() { printf 'dev: %s\n' "$*" >&2; }

# fail WHAT [WHAT-TO-DO...]
fail() {
  printf 'dev: error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf 'dev:   %s\n' "$line" >&2; done
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

require_server_name() {
  local name
  for name in "${SERVER_NAMES[@]}"; do
    if [[ $name == "$1" ]]; then return; fi
  done
  fail "no server is named '$1'" "The servers are: ${SERVER_NAMES[*]}"
}
