# shellcheck shell=bash disable=SC2034,SC2153  # variables shared with those who source this
# The same servers as containers of a local Docker engine. Sourced by servers.sh.

docker_answers() { has docker && docker info >/dev/null 2>&1; }

docker_launch() {
  if docker container inspect "$CONTAINER" >/dev/null 2>&1; then
    docker start "$CONTAINER" >>"$LOG" 2>&1
  else
    "${NAME}_image"
    docker run -d --name "$CONTAINER" --label "sdfleet.dev=$DIR" \
      "${DOCKER_RUN[@]}" "$DOCKER_IMAGE" "${DOCKER_COMMAND[@]}" >>"$LOG" 2>&1
  fi
}

docker_state() { docker container inspect -f '{{.State.Status}}' "$CONTAINER" 2>/dev/null || echo absent; }

docker_ready() {
  if [[ $NAME == postgres ]]; then
    # While the image sets itself up it listens on its socket only, so ask over TCP.
    docker exec -e "PGPASSWORD=$PASSWORD" "$CONTAINER" \
      psql -h 127.0.0.1 -U sdfleet -d sdfleet -Atqc 'select 1' >/dev/null 2>&1 &&
      ! port_is_free "$PORT"
  else
    "${NAME}_ready"
  fi
}

docker_remove() { docker rm -f -v "$CONTAINER" >/dev/null 2>&1 || true; }

docker_log() { docker logs --tail 30 "$CONTAINER" 2>&1 || true; }
