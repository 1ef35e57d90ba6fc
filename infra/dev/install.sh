#!/usr/bin/env bash
# Installs what SdFleet needs at run time and this machine lacks, and says
# nothing where everything is there already. Starts no service.
#
# usage: infra/dev/install.sh [libraries] [rabbitmq] [postgres] [azurite] [pika] [promtool]
#        (default: all but pika and promtool)
#
#   libraries   the image codecs and SQLite, as Debian ships them, which the
#               programs load
#   rabbitmq, postgres, azurite
#               the local servers: the distribution's packages, and Azurite from
#               npm into a cache folder that all clones share
#   pika        RabbitMQ's client for Python, which the sample publisher uses
#   promtool    Prometheus' tool that tests the alerts
set -euo pipefail
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=infra/dev/lib/programs.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/programs.sh"

declare -A LIBRARIES=(
  [libspng0]=libspng.so.0
  [libturbojpeg0]=libturbojpeg.so.0
  [libwebp7]=libwebp.so.7
  [libsqlite3-0]=libsqlite3.so.0
)

is_server() { [[ $1 != libraries && $1 != pika && $1 != promtool ]]; }

missing_libraries() {
  local package loadable
  loadable=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p)
  for package in "${!LIBRARIES[@]}"; do
    if [[ $loadable != *"${LIBRARIES[$package]} "* ]]; then echo "$package"; fi
  done
}

missing_packages() {
  local name servers=no
  for name in "$@"; do
    if is_server "$name"; then servers=yes; fi
    case $name in
      libraries) missing_libraries ;;
      rabbitmq) if ! find_rabbitmq || ! has epmd; then echo rabbitmq-server; fi ;;
      postgres) if ! find_postgres; then echo postgresql; fi ;;
      azurite) if ! has node || ! has npm; then printf '%s\n' nodejs npm; fi ;;
      pika) if ! /usr/bin/python3 -c 'import pika' 2>/dev/null; then echo python3-pika; fi ;;
      promtool) if ! has promtool; then echo prometheus; fi ;;
    esac
  done
  if [[ $servers == yes ]]; then
    has curl || echo curl
    has setsid && has setpriv && has flock || echo util-linux
  fi
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif has sudo; then
    sudo -n "$@"
  else
    return 1
  fi
}

# Debian starts a server as soon as its package is installed, unless the
# machine's policy says no (exit code 101). Say no while we install, then take
# the policy away again, and keep the service from starting at the next boot:
# these servers run as private processes only.
install_packages() {
  has apt-get || fail "missing: $*" \
    "This script installs with apt-get only. Install the packages above by your system's own means and run it again."
  as_root true 2>/dev/null || fail "missing: $*" "Run as root: apt-get install --no-install-recommends $*"

  say "installing $* (apt-get)"
  local log policy=/usr/sbin/policy-rc.d wrote_policy=no before=$*
  log=$(mktemp)
  if [[ ! -e $policy ]]; then
    wrote_policy=yes
    # shellcheck disable=SC2016  # the inner shell expands $1
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" > "$1" && chmod 755 "$1"' sh "$policy"
  fi

  local status=0
  # shellcheck disable=SC2016  # the inner shell expands these
  as_root env DEBIAN_FRONTEND=noninteractive sh -c '
    install="apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends"
    $install "$@" || { apt-get -q -o DPkg::Lock::Timeout=300 update && $install "$@"; }
  ' sh "$@" >"$log" 2>&1 </dev/null || status=$?

  if [[ $wrote_policy == yes ]]; then as_root rm -f "$policy"; fi
  if [[ $status != 0 ]]; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $before" "See the lines above; then run infra/dev/install.sh again."
  fi
  rm -f "$log"
  if has systemctl; then
    local package service
    for package in "$@"; do
      case $package in
        rabbitmq-server) set -- rabbitmq-server.service epmd.service epmd.socket ;;
        postgresql) set -- postgresql.service ;;
        prometheus) set -- prometheus.service ;;
        *) set -- ;;
      esac
      for service in "$@"; do as_root systemctl disable "$service" >/dev/null 2>&1 || true; done
    done
  fi
}

install_azurite() {
  local target parts lock
  target=$(azurite_folder)
  [[ -f $target/$AZURITE_MAIN ]] && return
  mkdir -p "$(dirname "$target")"
  lock=$(dirname "$target")/azurite.lock
  exec 8>"$lock"
  flock 8 # another clone may be installing the same version
  if [[ ! -f $target/$AZURITE_MAIN ]]; then
    say "installing $(basename "$target") with npm into $(dirname "$target") (about a minute)"
    parts=$(mktemp -d "$target.XXXXXX")
    cp "$DEV_FOLDER/package.json" "$DEV_FOLDER/package-lock.json" "$DEV_FOLDER/.npmrc" "$parts"
    if ! (cd "$parts" && npm ci --omit=dev --ignore-scripts --no-progress --loglevel=error >npm.log 2>&1 </dev/null); then
      tail -n 20 "$parts/npm.log" >&2
      rm -rf "$parts"
      fail "npm could not install Azurite" "See the lines above; then run infra/dev/install.sh azurite again."
    fi
    # Rename last, so that the folder is either absent or complete.
    rm -rf "$target"
    mv "$parts" "$target"
  fi
  exec 8>&-
}

main() {
  local -a names=("$@") packages
  if ((${#names[@]} == 0)); then names=(libraries "${SERVER_NAMES[@]}"); fi
  local name
  for name in "${names[@]}"; do
    if is_server "$name"; then require_server_name "$name"; fi
  done

  mapfile -t packages < <(missing_packages "${names[@]}")
  if [[ ${#packages[@]} -gt 0 ]]; then install_packages "${packages[@]}"; fi
  for name in "${names[@]}"; do
    if [[ $name == azurite ]]; then install_azurite; fi
  done
}

main "$@"
