# shellcheck shell=bash
# Background processes: started detached, remembered in a file, ended with all
# their descendants. Sourced, never run.
#
# A process is remembered as "PID START-TIME ROLE". The start time is what tells
# it from a later process that was given the same number.

# Prints the start time of a live process; fails for one that is gone or is only
# waiting for its parent to collect it.
process_start_time() {
  local stat=""
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  # The second field is the program's name in brackets and may hold anything.
  local -a fields
  read -r -a fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z && ${fields[0]} != X ]] || return 1
  printf '%s' "${fields[19]}"
}

process_is() { [[ $(process_start_time "$1") == "$2" ]]; }

# launch FILE ROLE LOG COMMAND...: runs the command in a session of its own, so
# that neither Ctrl-C nor the end of the caller's terminal reaches it, and
# remembers it in FILE.
launch() {
  local file=$1 role=$2 log=$3 pid
  shift 3
  # The caller's locks and pipes must not stay open in a process that outlives it.
  setsid "$@" </dev/null >>"$log" 2>&1 8>&- 9>&- &
  pid=$!
  disown "$pid"
  printf '%s %s %s\n' "$pid" "$(process_start_time "$pid" || echo 0)" "$role" >>"$file"
}

# live_processes FILE: prints the remembered processes that still run, as in the file.
live_processes() {
  local pid start role
  [[ -f $1 ]] || return 0
  while read -r pid start role; do
    if process_is "$pid" "$start"; then printf '%s %s %s\n' "$pid" "$start" "$role"; fi
  done <"$1"
}

# role_pid FILE ROLE: prints the number of the live process in that role.
role_pid() {
  local pid start role
  while read -r pid start role; do
    if [[ $role == "$2" ]]; then
      printf '%s' "$pid"
      return 0
    fi
  done < <(live_processes "$1")
  return 1
}

# process_trees FILE: prints "PID START-TIME" for each live remembered process and
# all its descendants, ancestors first.
process_trees() {
  local -A children=()
  local stat rest pid parent
  for stat in /proc/[0-9]*/stat; do
    read -r rest 2>/dev/null <"$stat" || continue
    pid=${rest%% *}
    read -r _ parent _ <<<"${rest##*) }"
    children[$parent]+=" $pid"
  done
  local -a queue=() next
  while read -r pid _; do queue+=("$pid"); done < <(live_processes "$1")
  while ((${#queue[@]})); do
    next=()
    for pid in "${queue[@]}"; do
      if rest=$(process_start_time "$pid"); then printf '%s %s\n' "$pid" "$rest"; fi
      # shellcheck disable=SC2206  # a list of numbers, split on purpose
      next+=(${children[$pid]:-})
    done
    queue=("${next[@]}")
  done
}

# signal_trees FILE SIGNAL
signal_trees() {
  local pid
  while read -r pid _; do kill "-$2" "$pid" 2>/dev/null || true; done < <(process_trees "$1")
}

# end_trees FILE: kills the remembered processes and their descendants, and
# returns when none is left.
end_trees() {
  local pid start i left
  local -a tree
  mapfile -t tree < <(process_trees "$1")
  for ((i = 0; i < 100; i++)); do
    left=no
    for pid in "${tree[@]}"; do
      read -r pid start <<<"$pid"
      if process_is "$pid" "$start"; then
        left=yes
        kill -KILL "$pid" 2>/dev/null || true
      fi
    done
    if [[ $left == no ]]; then break; fi
    sleep 0.1
  done
  : >"$1"
}

# stop_trees FILE ROLE SIGNAL SECONDS: asks the process in that role to stop and
# gives it so long; then ends whatever is left of all of them.
stop_trees() {
  local pid i
  if pid=$(role_pid "$1" "$2"); then
    kill "-$3" "$pid" 2>/dev/null || true
    signal_trees "$1" CONT # a paused process would not notice
    for ((i = 0; i < $4 * 10; i++)); do
      if ! role_pid "$1" "$2" >/dev/null; then break; fi
      sleep 0.1
    done
  fi
  end_trees "$1"
}
