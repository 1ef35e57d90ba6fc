#!/usr/bin/env bash
# Starts and stops private RabbitMQ, PostgreSQL and Azurite servers on free
# loopback ports. Everything that belongs to them is below one folder, DIR.
#
# usage: servers.sh start [--parent PID] DIR [rabbitmq] [postgres] [azurite]
#        servers.sh stop [--keep] DIR
#        servers.sh status DIR
#        servers.sh restart|kill|pause|resume DIR NAME
#
#   start    starts the named servers (default: all three) and returns when they
#            can be used. Writes DIR/servers.json and DIR/servers.env. Servers
#            that run already stay; those that were stopped or killed come back
#            on the same port with the same data.
#            --parent PID: stop everything when that process is gone.
#   stop     stops all and removes what they wrote; --keep keeps the data.
#   status   one line for each server; exit code 0 when all run.
#   restart  stops the server in good order if it runs, and starts it again.
#   kill     SIGKILL, as a crash would be.
#   pause    SIGSTOP: the ports stay open and nobody answers. resume undoes it.
#
# Variables are explained in README.md beside this file.
set -euo pipefail
umask 077
# shellcheck source=infra/dev/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in programs ports processes rabbitmq postgres azurite docker; do
  # shellcheck source=/dev/null
  source "$DEV_FOLDER/lib/$part.sh"
done

usage() {
  sed -n '/^# usage/,/^# Variables/p' "$DEV_FOLDER/servers.sh" | sed 's/^# \{0,1\}//' >&2
  exit 2
}

# ---- one server -----------------------------------------------------------

# use NAME: sets what the functions below and in lib/ work on.
# shellcheck disable=SC2034  # most of them are for lib/
use() {
  NAME=$1
  FOLDER=$DIR/$NAME
  PROCESSES=$FOLDER/processes
  LOG=$FOLDER/$NAME.log
  PORT="" MANAGEMENT_PORT="" EPMD_PORT="" DISTRIBUTION_PORT="" PASSWORD="" MODE="" CONTAINER=""
  if [[ -f $FOLDER/state ]]; then
    # shellcheck source=/dev/null
    source "$FOLDER/state"
  fi
}

# Chooses ports, and the rest where this is the first start.
new_state() {
  local mode=${MODE:-$WANTED_MODE} container
  container=${CONTAINER:-sdfleet-$(printf '%04x%04x' $((SRANDOM & 65535)) $((SRANDOM & 65535)))-$NAME}
  "${NAME}_new_state" >"$FOLDER/state.new"
  printf 'MODE=%s\nCONTAINER=%s\n' "$mode" "$container" >>"$FOLDER/state.new"
  mv "$FOLDER/state.new" "$FOLDER/state"
  use "$NAME"
}

# Prints running, paused or stopped.
server_state() {
  if [[ $MODE == docker ]]; then
    case $(docker_state) in
      running) echo running ;;
      paused) echo paused ;;
      *) echo stopped ;;
    esac
    return
  fi
  local pid stat
  if ! pid=$(role_pid "$PROCESSES" "$NAME") || ! read -r stat 2>/dev/null <"/proc/$pid/stat"; then
    echo stopped
    return
  fi
  if [[ ${stat##*) } == T* ]]; then echo paused; else echo running; fi
}

server_launch() { if [[ $MODE == docker ]]; then docker_launch; else "${NAME}_launch"; fi; }
server_ready() { if [[ $MODE == docker ]]; then docker_ready; else "${NAME}_ready"; fi; }

server_stop() {
  if [[ $MODE == docker ]]; then
    docker unpause "$CONTAINER" >/dev/null 2>&1 || true
    docker stop "$CONTAINER" >/dev/null 2>&1 || true
  else
    "${NAME}_stop"
  fi
}

server_kill() {
  if [[ $MODE == docker ]]; then
    docker kill "$CONTAINER" >/dev/null 2>&1 || true
  else
    end_trees "$PROCESSES"
  fi
}

server_log_files() {
  local file
  while IFS= read -r file; do
    if [[ -s $file ]]; then printf '%s\n' "$file"; fi
  done < <("${NAME}_logs")
}

ports_are_free() {
  local port
  while IFS= read -r port; do
    port_is_free "$port" || return 1
  done < <("${NAME}_ports")
}

# Whether the last attempt failed because somebody else has one of the ports.
lost_a_port() {
  local file
  while IFS= read -r file; do
    if tail -n 200 "$file" | grep -qiE 'eaddrinuse|address already in use|port is already allocated|could not bind'; then
      return 0
    fi
  done < <(server_log_files)
  ! ports_are_free # Erlang reports some of these in words of its own
}

show_logs() {
  local file
  while IFS= read -r file; do
    printf -- '---- the end of %s\n' "$file" >&2
    tail -n 25 "$file" >&2
  done < <(server_log_files)
  if [[ $MODE == docker ]]; then docker_log >&2; fi
  printf -- '----\n' >&2
}

# 0: usable. 1: it ended. 2: it runs but did not become usable in time.
wait_until_ready() {
  local deadline=$((SECONDS + ${SDFLEET_DEV_TIMEOUT:-120}))
  while ((SECONDS < deadline)); do
    if server_ready; then return 0; fi
    if [[ $(server_state) == stopped ]]; then return 1; fi
    sleep 0.2
  done
  return 2
}

start_server() {
  use "$1"
  mkdir -p "$FOLDER"
  if [[ -n $MODE && $(server_state) != stopped ]]; then
    say "$NAME runs already"
    return 0
  fi
  local began=$SECONDS attempt status
  local same_ports=0
  if [[ -n $MODE ]]; then same_ports=3; fi
  for attempt in 1 2 3 4 5 6; do
    if ((attempt > same_ports)); then new_state; fi
    : >"$LOG"
    rm -f "$FOLDER"/log/*.log
    status=0
    ports_are_free && server_launch || status=1
    if [[ $status == 0 ]]; then wait_until_ready || status=$?; fi
    if [[ $status == 0 ]]; then
      say "$NAME ready on port $PORT after $((SECONDS - began)) s"
      return 0
    fi
    server_kill
    if [[ $status == 1 ]] && lost_a_port; then
      say "$NAME: somebody else took a port; trying again"
      if [[ $MODE == docker ]]; then docker_remove; fi
      sleep 1
      continue
    fi
    break
  done
  show_logs
  if [[ $status == 2 ]]; then
    fail "$NAME did not become usable in ${SDFLEET_DEV_TIMEOUT:-120} seconds" \
      "If the machine is just busy, set SDFLEET_DEV_TIMEOUT to more seconds."
  fi
  fail "$NAME did not start" "Its log is above and in $FOLDER." \
    "infra/dev/install.sh $NAME installs what it needs; then try again."
}

# ---- all servers of DIR -----------------------------------------------------

known_servers() {
  local name
  for name in "${SERVER_NAMES[@]}"; do
    if [[ -f $DIR/$name/state ]]; then printf '%s\n' "$name"; fi
  done
}

# Readers of these two files see either the old or the new, never half of one.
write_descriptions() {
  local name separator="" pids
  {
    printf '{'
    while IFS= read -r name; do
      use "$name"
      pids=$(live_processes "$PROCESSES" | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $1 }')
      printf '%s\n  "%s": %s, "pids": [%s] }' "$separator" "$name" "$("${name}_json" | sed 's/ }$//')" "$pids"
      separator=,
    done < <(known_servers)
    printf '\n}\n'
  } >"$DIR/servers.json.new"
  {
    while IFS= read -r name; do
      use "$name"
      "${name}_environment"
    done < <(known_servers)
  } >"$DIR/servers.env.new"
  mv "$DIR/servers.json.new" "$DIR/servers.json"
  mv "$DIR/servers.env.new" "$DIR/servers.env"
}

stop_all() { # KEEP
  local name
  local -a jobs=()
  while IFS= read -r name; do
    (
      use "$name"
      # Data that is thrown away needs no orderly end.
      if [[ $1 == yes || $NAME == postgres ]]; then server_stop; else server_kill; fi
      if [[ $1 == yes ]]; then exit 0; fi
      if [[ $MODE == docker ]]; then docker_remove; else "${NAME}_remove"; fi
      rm -rf "$FOLDER"
    ) &
    jobs+=($!)
  done < <(known_servers)
  if ((${#jobs[@]})); then wait "${jobs[@]}"; fi
  rm -f "$DIR/servers.json" "$DIR/servers.env"
}

# The watchdog is a copy of this script that waits for the parent's end and then
# calls `stop`, which must not end the very process that called it.
end_watchdog() {
  local pid start
  while read -r pid start _; do
    if [[ $pid != "${SDFLEET_WATCHDOG:-}" ]] && process_is "$pid" "$start"; then kill -KILL "$pid" || true; fi
  done < <(live_processes "$DIR/watchdog")
  rm -f "$DIR/watchdog"
}

start_watchdog() { # PARENT
  local start
  start=$(process_start_time "$1") || fail "there is no process $1 to watch"
  end_watchdog
  launch "$DIR/watchdog" watchdog /dev/null "$DEV_FOLDER/servers.sh" watch "$DIR" "$1" "$start"
}

# ---- commands ---------------------------------------------------------------

choose_mode() {
  WANTED_MODE=${SDFLEET_DEV_MODE:-auto}
  case $WANTED_MODE in
    process | docker) ;;
    auto) if docker_answers; then WANTED_MODE=docker; else WANTED_MODE=process; fi ;;
    *) fail "SDFLEET_DEV_MODE is '$WANTED_MODE'" "Use auto, process or docker." ;;
  esac
}

command_start() { # PARENT NAME...
  local parent=$1 name failed=no
  shift
  choose_mode
  if [[ -n $parent ]]; then start_watchdog "$parent"; fi
  if [[ $WANTED_MODE == process ]]; then "$DEV_FOLDER/install.sh" "$@"; fi
  say "starting $* ($([[ $WANTED_MODE == docker ]] && echo containers || echo private processes)) in $DIR"

  STARTING=()
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  for name in "$@"; do
    # Background jobs of a script ignore SIGINT; TERM ends them.
    (trap 'exit 143' TERM && start_server "$name") &
    STARTING+=($!)
  done
  local pid
  for pid in "${STARTING[@]}"; do wait "$pid" || failed=yes; done
  trap - INT TERM

  if [[ $failed == yes ]]; then
    while IFS= read -r name; do
      use "$name"
      server_kill
    done < <(known_servers)
    end_watchdog
    fail "not all servers started; none is left running" "After mending the cause: infra/dev/servers.sh start '$DIR'" \
      "To remove what is left: infra/dev/servers.sh stop '$DIR'"
  fi
  write_descriptions
}

interrupted() { # EXIT-CODE
  trap '' INT TERM
  say "interrupted; stopping"
  kill -TERM "${STARTING[@]}" 2>/dev/null || true
  wait
  command_stop no
  exit "$1"
}

command_stop() { # KEEP
  end_watchdog
  stop_all "$1"
  if [[ $1 == no ]]; then
    rm -f "$DIR/.lock"
    rmdir "$DIR" 2>/dev/null || true # somebody else's files may be in it
  fi
}

command_status() {
  local name state details all=0 any=no
  while IFS= read -r name; do
    use "$name"
    any=yes
    state=$(server_state)
    [[ $state == running ]] || all=3
    details="container $CONTAINER"
    if [[ $MODE != docker ]]; then details=$(live_processes "$PROCESSES" | awk '{ printf "%s %s  ", $3, $1 }'); fi
    printf '%-9s %-8s 127.0.0.1:%s  %s\n' "$name" "$state" "$PORT" "$details"
  done < <(known_servers)
  if [[ $any == no ]]; then
    echo "no servers in $DIR"
    all=3
  fi
  return "$all"
}

command_one() { # COMMAND NAME
  use "$2"
  [[ -n $MODE ]] || fail "$2 was never started in $DIR" "infra/dev/servers.sh start '$DIR' $2"
  case $1 in
    restart)
      WANTED_MODE=$MODE
      server_stop
      start_server "$2"
      write_descriptions
      ;;
    kill) server_kill ;;
    pause) if [[ $MODE == docker ]]; then docker pause "$CONTAINER" >/dev/null; else signal_trees "$PROCESSES" STOP; fi ;;
    resume) if [[ $MODE == docker ]]; then docker unpause "$CONTAINER" >/dev/null; else signal_trees "$PROCESSES" CONT; fi ;;
  esac
}

command_watch() { # PARENT START-TIME
  while process_is "$1" "$2"; do sleep 1; done
  SDFLEET_WATCHDOG=$$ "$DEV_FOLDER/servers.sh" stop "$DIR"
}

main() {
  local command=${1:-} parent="" keep=no
  [[ -n $command ]] || usage
  shift
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --parent)
        parent=${2:-}
        [[ $parent =~ ^[0-9]+$ ]] || usage
        shift
        ;;
      --keep) keep=yes ;;
      *) usage ;;
    esac
    shift
  done
  [[ -n ${1:-} ]] || usage
  DIR=$1
  shift

  if [[ $command == start ]]; then
    (umask 022 && mkdir -p "$DIR") # PostgreSQL may run as another user, who must get in
  elif [[ ! -d $DIR ]]; then
    case $command in
      stop | watch) exit 0 ;;
      *) fail "there is no folder $DIR" "infra/dev/servers.sh start '$DIR' makes it." ;;
    esac
  fi
  DIR=$(cd "$DIR" && pwd)
  if [[ $command == watch ]]; then
    command_watch "$@"
    return
  fi

  # One command at a time in one folder.
  if [[ $command != status ]]; then
    exec 9>>"$DIR/.lock"
    flock 9
  fi
  local name
  local -a names=("$@")
  for name in "${names[@]}"; do require_server_name "$name"; done
  case $command in
    start)
      if ((${#names[@]} == 0)); then names=("${SERVER_NAMES[@]}"); fi
      command_start "$parent" "${names[@]}"
      ;;
    stop) command_stop "$keep" ;;
    status) command_status ;;
    restart | kill | pause | resume)
      [[ ${#names[@]} == 1 ]] || usage
      command_one "$command" "${names[0]}"
      ;;
    *) usage ;;
  esac
}

main "$@"
