# shellcheck shell=bash disable=SC2034,SC2153  # variables shared with those who source this
# Azurite's blob service. Sourced by servers.sh.

azurite_new_state() {
  local port
  free_ports port
  printf 'PORT=%s\n' "$port"
}

azurite_ports() { printf '%s\n' "$PORT"; }

azurite_launch() {
  find_azurite || fail "Azurite is not installed" "Run infra/dev/install.sh azurite"
  mkdir -p "$FOLDER/data"
  launch "$PROCESSES" azurite "$LOG" node "$(azurite_folder)/$AZURITE_MAIN" \
    --blobHost 127.0.0.1 --blobPort "$PORT" --location "$FOLDER/data" \
    --skipApiVersionCheck --disableTelemetry --silent
}

# An unsigned request is refused, which is an answer.
azurite_ready() {
  local code
  code=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/devstoreaccount1?comp=list") || return 1
  [[ $code == 40? || $code == 200 ]]
}

# It writes down what it has only in memory before it ends, and must not be
# killed while it does.
azurite_stop() { stop_trees "$PROCESSES" azurite TERM 60; }

azurite_logs() { printf '%s\n' "$LOG"; }

azurite_remove() { :; }

# The account and its key are the emulator's published ones, the same everywhere.
azurite_connection() {
  printf 'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=%s;BlobEndpoint=http://127.0.0.1:%s/devstoreaccount1;' \
    'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==' "$PORT"
}

azurite_json() { printf '{ "connectionString": "%s" }' "$(azurite_connection)"; }

azurite_environment() { printf "SDFLEET_TEST_AZURITE='%s'\n" "$(azurite_connection)"; }

azurite_image() {
  DOCKER_IMAGE=mcr.microsoft.com/azure-storage/azurite:3.37.0
  DOCKER_RUN=(-p "127.0.0.1:$PORT:10000")
  DOCKER_COMMAND=(azurite-blob --blobHost 0.0.0.0 --skipApiVersionCheck --disableTelemetry --silent)
}
