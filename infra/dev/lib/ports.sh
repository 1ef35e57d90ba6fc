# shellcheck shell=bash
# Free ports on the loopback address. Sourced, never run.

# Below the range from which the kernel takes ports for outgoing connections:
# a port from that range could be taken again before the server binds it.
PORT_FIRST=10000
PORT_END=32768

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_ports VARIABLE...: sets each variable (of any name but those of the locals
# below) to another free port. The ports are random, so that two starts at the
# same time seldom choose alike; the one that loses sees its server fail to bind
# and chooses again.
free_ports() {
  local variable candidate taken=" " tries
  for variable in "$@"; do
    for ((tries = 0; ; tries++)); do
      if ((tries == 200)); then fail "found no free port between $PORT_FIRST and $PORT_END"; fi
      candidate=$((PORT_FIRST + SRANDOM % (PORT_END - PORT_FIRST)))
      if [[ $taken != *" $candidate "* ]] && port_is_free "$candidate"; then break; fi
    done
    taken+="$candidate "
    printf -v "$variable" '%s' "$candidate"
  done
}
