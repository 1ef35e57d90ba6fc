#!/usr/bin/env bash
# Stops what up.sh started and removes all that it wrote.
#
# usage: infra/dev/down.sh [--keep]     --keep: data and logs stay for the next up.sh
set -euo pipefail
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=infra/dev/lib/processes.sh
source "$DEV_FOLDER/lib/processes.sh"
# shellcheck source=infra/dev/lib/fleet.sh
source "$DEV_FOLDER/lib/fleet.sh"

# A worker gives back what it has begun before it ends; that may take a while.
GRACE_SECONDS=40

keep=no
case ${1:-} in
  "") ;;
  --keep) keep=yes ;;
  *)
    sed -n '/^# usage/s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
if [[ ! -d $FLEET_FOLDER ]]; then exit 0; fi

jobs=()
for service in "${FLEET_SERVICES[@]}"; do
  stop_trees "$(fleet_processes "$service")" "$service" TERM "$GRACE_SECONDS" &
  jobs+=($!)
done
wait "${jobs[@]}"

# The servers go last: the services still need them to stop in good order.
if [[ $keep == yes ]]; then
  "$DEV_FOLDER/servers.sh" stop --keep "$FLEET_FOLDER/servers"
  rm -f "$FLEET_FOLDER"/*.processes "$FLEET_FOLDER"/*.port
else
  "$DEV_FOLDER/servers.sh" stop "$FLEET_FOLDER/servers"
  rm -rf "$FLEET_FOLDER"
  say "everything is stopped and removed"
fi
