#!/usr/bin/env bash
# Starts the fleet on this machine with real servers: RabbitMQ, PostgreSQL and
# Azurite, then coordinator, one worker and the API, each a process of its own.
# Everything they write is below .dev/. `make up` builds first and calls this.
#
# SDFLEET_API_PORT        the API's port (default: 8080, or a free one where that is taken)
# SDFLEET_MODEL_FOLDER    the model that the worker loads (default: the bundled one)
# SDFLEET_MODEL           its name (default: shapes)
set -euo pipefail
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=infra/dev/lib/ports.sh
source "$DEV_FOLDER/lib/ports.sh"
# shellcheck source=infra/dev/lib/processes.sh
source "$DEV_FOLDER/lib/processes.sh"
# shellcheck source=infra/dev/lib/fleet.sh
source "$DEV_FOLDER/lib/fleet.sh"

require_built() {
  local service program
  local -a missing=()
  for service in "${FLEET_SERVICES[@]}"; do
    program=$(fleet_program "$service")
    if [[ ! -f $program ]]; then missing+=("$program is not there"); fi
  done
  if ((${#missing[@]})); then
    fail "the services are not built" "${missing[@]}" "Run: make build"
  fi
}

choose_model() {
  local folder=${SDFLEET_MODEL_FOLDER:-$REPOSITORY/src/SdFleet.ShapesModel/model}
  [[ -f $folder/model_index.json ]] || fail "there is no model in $folder" \
    "A model folder holds model_index.json beside its parts, as diffusers exports it to ONNX." \
    "Set SDFLEET_MODEL_FOLDER to one, or run: make model"
  MODEL_FOLDER=$(cd "$folder" && pwd)
  MODEL=${SDFLEET_MODEL:-shapes}
}

choose_api_port() {
  API_PORT=${SDFLEET_API_PORT:-8080}
  if port_is_free "$API_PORT"; then return; fi
  [[ -z ${SDFLEET_API_PORT:-} ]] || fail "port $API_PORT is taken" "Set SDFLEET_API_PORT to another one."
  free_ports API_PORT
}

configure_services() {
  # shellcheck source=/dev/null
  source "$FLEET_FOLDER/servers/servers.env"
  export SdFleet__Transport__Kind=RabbitMq SdFleet__Transport__Uri=$SDFLEET_TEST_RABBITMQ
  export SdFleet__Transport__Management=$SDFLEET_TEST_RABBITMQ_MANAGEMENT
  export SdFleet__JobStore__Kind=Postgres SdFleet__JobStore__ConnectionString=$SDFLEET_TEST_POSTGRES
  export SdFleet__Artifacts__Kind=AzureBlob SdFleet__Artifacts__ConnectionString=$SDFLEET_TEST_AZURITE
  export SdFleet__Artifacts__Container=images
  export SdFleet__Models__0__Name=$MODEL SdFleet__Models__0__Path=$MODEL_FOLDER
  export SdFleet__Worker__Model=$MODEL
  export DOTNET_NOLOGO=1
}

start_service() { # SERVICE PORT
  local program
  program=$(fleet_program "$1")
  printf '%s' "$2" >"$FLEET_FOLDER/$1.port"
  (
    cd "$FLEET_FOLDER"
    ASPNETCORE_URLS=http://127.0.0.1:$2 launch "$(fleet_processes "$1")" "$1" "$FLEET_FOLDER/logs/$1.log" dotnet exec "$program"
  )
}

# Ends with the tail of its log where the service ends, or does not become ready.
await_service() { # SERVICE
  local port deadline=$((SECONDS + ${SDFLEET_DEV_TIMEOUT:-120})) answer=""
  port=$(<"$FLEET_FOLDER/$1.port")
  while ((SECONDS < deadline)); do
    if curl -fs -m 5 -o /dev/null "http://127.0.0.1:$port/health/ready"; then
      say "$1 ready on port $port"
      return 0
    fi
    if ! role_pid "$(fleet_processes "$1")" "$1" >/dev/null; then
      answer="it ended"
      break
    fi
    sleep 0.3
  done
  if [[ -z $answer ]]; then
    answer="/health/ready says: $(curl -s -m 5 -w ' (HTTP %{http_code})' "http://127.0.0.1:$port/health/ready" || true)"
  fi
  printf -- '---- the end of what %s printed, without stack frames\n' "$1" >&2
  grep -v '^ *at ' "$FLEET_FOLDER/logs/$1.log" | tail -n 30 >&2
  printf -- '----\n' >&2
  fail "$1 did not become ready: $answer" "Its whole log: $FLEET_FOLDER/logs/$1.log"
}

print_addresses() {
  local port management
  port=$(<"$FLEET_FOLDER/api.port")
  management=$(sed -n "s/^SDFLEET_TEST_RABBITMQ_MANAGEMENT='\(.*\)'/\1/p" "$FLEET_FOLDER/servers/servers.env")
  cat <<EOF

The fleet is up.

  API          http://127.0.0.1:$port
  RabbitMQ     $management  (guest, guest)
  all servers  $FLEET_FOLDER/servers/servers.env
  logs         $FLEET_FOLDER/logs

Submit a job; the answer holds its address:

  curl -i -H 'Content-Type: application/json' \\
    -d '{"model": "${SDFLEET_MODEL:-shapes}", "prompt": "a red circle"}' \\
    http://127.0.0.1:$port/v1/jobs

make down stops everything.
EOF
}

all_run() {
  local service
  for service in "${FLEET_SERVICES[@]}"; do
    role_pid "$(fleet_processes "$service")" "$service" >/dev/null || return 1
  done
  "$DEV_FOLDER/servers.sh" status "$FLEET_FOLDER/servers" >/dev/null 2>&1
}

main() {
  if all_run; then
    say "the fleet runs already; make down stops it"
    print_addresses
    return
  fi
  require_built
  choose_model
  "$DEV_FOLDER/down.sh" --keep # what a fleet that came up only in part, or lost a part, has left running
  mkdir -p "$FLEET_FOLDER/logs"

  # The logs stay, for whoever has to find out why.
  trap 'status=$?; if ((status)); then "$DEV_FOLDER/down.sh" --keep; fi' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  "$DEV_FOLDER/servers.sh" start "$FLEET_FOLDER/servers"
  local coordinator worker
  choose_api_port
  free_ports coordinator worker
  configure_services
  say "starting coordinator, worker and API"
  start_service coordinator "$coordinator"
  start_service worker "$worker"
  start_service api "$API_PORT"
  local service
  for service in "${FLEET_SERVICES[@]}"; do await_service "$service"; done
  print_addresses
}

main "$@"
