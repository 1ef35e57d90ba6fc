# shellcheck shell=bash disable=SC2034  # variables shared with those who source this
# What up.sh and down.sh share: where the fleet of `make up` is. Sourced, never run.

REPOSITORY=$(cd "$DEV_FOLDER/../.." && pwd)
FLEET_FOLDER=${SDFLEET_DEV_FOLDER:-$REPOSITORY/.dev}

# In the order in which they start.
FLEET_SERVICES=(coordinator worker api)

declare -A FLEET_PROJECTS=([coordinator]=SdFleet.Coordinator [worker]=SdFleet.Worker [api]=SdFleet.Api)

fleet_program() {
  local project=${FLEET_PROJECTS[$1]}
  printf '%s' "$REPOSITORY/src/$project/bin/${CONFIGURATION:-Release}/net10.0/$project.dll"
}

fleet_processes() { printf '%s' "$FLEET_FOLDER/$1.processes"; }
