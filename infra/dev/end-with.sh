#!/usr/bin/env bash
# Ends a process and removes its folder when the process that started it is gone:
# a test host that is killed leaves neither behind.
#
# usage: infra/dev/end-with.sh PARENT CHILD FOLDER
set -euo pipefail
# shellcheck source=infra/dev/lib/processes.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/processes.sh"

parent=$1 child=$2 folder=$3
parent_start=$(process_start_time "$parent") || parent_start=gone
child_start=$(process_start_time "$child") || exit 0

# Nothing that the parent may wait for stays open here; nor is Ctrl-C meant for us.
exec </dev/null >/dev/null 2>&1
trap '' INT TERM HUP
while process_is "$parent" "$parent_start" && process_is "$child" "$child_start"; do sleep 1; done
if process_is "$parent" "$parent_start"; then exit 0; fi
if process_is "$child" "$child_start"; then kill -KILL "$child"; fi
rm -rf "$folder"
