# shellcheck shell=bash disable=SC2034,SC2153  # variables shared with those who source this
# PostgreSQL as a private cluster. Sourced by servers.sh.

postgres_new_state() {
  local port password
  free_ports port
  password=$(head -c 18 /dev/urandom | base64 | tr -d '+/=')
  printf 'PORT=%s\nPASSWORD=%s\n' "$port" "${PASSWORD:-$password}"
}

postgres_ports() { printf '%s\n' "$PORT"; }

# PostgreSQL refuses to run as root, so root runs it as somebody else.
# Sets AS_USER to the words that go before each of its commands.
postgres_user() {
  AS_USER=()
  [[ $(id -u) == 0 ]] || return 0
  local user=nobody
  if getent passwd postgres >/dev/null; then user=postgres; fi
  AS_USER=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --)
}

# Sets DATA. That other user may not be allowed into our folder (below /root,
# say); then the data is kept among the temporary files.
postgres_data() {
  postgres_user
  DATA=$FOLDER/data
  if [[ -f $FOLDER/elsewhere ]]; then
    DATA=$(<"$FOLDER/elsewhere")/data
  elif [[ ${#AS_USER[@]} -gt 0 && ! -d $DATA ]]; then
    chmod 711 "$FOLDER"
    if ! "${AS_USER[@]}" test -x "$FOLDER" 2>/dev/null; then
      local parent
      parent=$(mktemp -d "${TMPDIR:-/tmp}/sdfleet-postgres.XXXXXX")
      chmod 711 "$parent"
      printf '%s' "$parent" >"$FOLDER/elsewhere"
      DATA=$parent/data
    fi
  fi
}

postgres_create() {
  local password
  password=$(mktemp) # not on a command line, where everybody could read it
  printf '%s\n' "$PASSWORD" >"$password"
  mkdir -p "$DATA"
  if [[ ${#AS_USER[@]} -gt 0 ]]; then
    local owner=${AS_USER[1]#--reuid=}
    chown "$owner" "$DATA" "$password"
  fi
  chmod 700 "$DATA"
  local status=0
  (cd / && "${AS_USER[@]}" "$POSTGRES_BIN/initdb" -D "$DATA" -U sdfleet --pwfile="$password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync) >>"$LOG" 2>&1 </dev/null || status=$?
  rm -f "$password"
  return "$status"
}

postgres_launch() {
  find_postgres || fail "PostgreSQL is not installed" "Run infra/dev/install.sh postgres"
  postgres_data
  if [[ ! -f $DATA/PG_VERSION ]]; then
    postgres_create || return 1
  fi
  # Nothing of an earlier run is left when we get here. A killed server may still
  # be listed as a process that nobody has collected, and PostgreSQL would take
  # its lock file for that of a living one.
  rm -f "$DATA/postmaster.pid"
  local -a settings=(
    -c "port=$PORT" -c listen_addresses=127.0.0.1
    -c unix_socket_directories= # the path of a socket may be 107 bytes long; ours may be longer
    -c max_connections=200 -c shared_buffers=64MB
    -c dynamic_shared_memory_type=mmap # in the data folder, so that a killed server leaves none behind
  )
  if [[ ${SDFLEET_DEV_FAST:-} == 1 ]]; then
    # What a killed server had committed is with the kernel, so it stays; only a machine that dies would lose it.
    settings+=(-c fsync=off -c full_page_writes=off)
  fi
  launch "$PROCESSES" postgres "$LOG" env LANG=C.UTF-8 "${AS_USER[@]}" "$POSTGRES_BIN/postgres" -D "$DATA" "${settings[@]}"
}

postgres_psql() {
  find_postgres || return 1
  PGPASSWORD=$PASSWORD PGCONNECT_TIMEOUT=5 "$POSTGRES_BIN/psql" -X -h 127.0.0.1 -p "$PORT" -U sdfleet -Atq "$@" 2>/dev/null
}

postgres_ready() {
  [[ $(postgres_psql -d sdfleet -c 'select 1') == 1 ]] && return 0
  [[ $(postgres_psql -d postgres -c 'select 1') == 1 ]] || return 1
  postgres_psql -d postgres -c 'create database sdfleet'
}

# SIGINT is PostgreSQL's fast shutdown: it ends the sessions instead of waiting
# for them to end.
postgres_stop() { stop_trees "$PROCESSES" postgres INT 20; }

postgres_logs() { printf '%s\n' "$LOG"; }

postgres_remove() {
  local identifier
  postgres_data
  # A killed server leaves its lock file, which names a small shared memory segment.
  if [[ -f $DATA/postmaster.pid ]]; then
    identifier=$(awk 'NR == 7 { print $2 }' "$DATA/postmaster.pid")
    if [[ -n $identifier ]]; then ipcrm -m "$identifier" 2>/dev/null || true; fi
  fi
  if [[ -f $FOLDER/elsewhere ]]; then rm -rf "$(<"$FOLDER/elsewhere")"; fi
}

postgres_connection() {
  printf 'Host=127.0.0.1;Port=%s;Username=sdfleet;Password=%s;Database=sdfleet' "$PORT" "$PASSWORD"
}

postgres_json() { printf '{ "connectionString": "%s" }' "$(postgres_connection)"; }

postgres_environment() { printf "SDFLEET_TEST_POSTGRES='%s'\n" "$(postgres_connection)"; }

postgres_image() {
  DOCKER_IMAGE=postgres:17
  DOCKER_RUN=(-p "127.0.0.1:$PORT:5432" -e POSTGRES_USER=sdfleet -e POSTGRES_DB=sdfleet -e "POSTGRES_PASSWORD=$PASSWORD")
  DOCKER_COMMAND=(-c max_connections=200)
  if [[ ${SDFLEET_DEV_FAST:-} == 1 ]]; then
    DOCKER_COMMAND+=(-c fsync=off -c full_page_writes=off)
  fi
}
