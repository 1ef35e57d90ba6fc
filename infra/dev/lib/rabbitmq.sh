# shellcheck shell=bash disable=SC2034,SC2153  # variables shared with those who source this
# RabbitMQ as a private node with the management plugin. Sourced by servers.sh.

# epmd is Erlang's name service. Each node gets one of its own, because the
# shared one would outlive the node and belongs to whoever started it first.
rabbitmq_new_state() {
  local port management epmd distribution
  free_ports port management epmd distribution
  printf 'PORT=%s\nMANAGEMENT_PORT=%s\nEPMD_PORT=%s\nDISTRIBUTION_PORT=%s\n' \
    "$port" "$management" "$epmd" "$distribution"
}

rabbitmq_ports() { printf '%s\n' "$PORT" "$MANAGEMENT_PORT" "$EPMD_PORT" "$DISTRIBUTION_PORT"; }

rabbitmq_configure() {
  mkdir -p "$FOLDER/home" "$FOLDER/data" "$FOLDER/log"
  if [[ ! -f $FOLDER/home/.erlang.cookie ]]; then
    head -c 18 /dev/urandom | base64 | tr -d '+/=' >"$FOLDER/home/.erlang.cookie"
    chmod 400 "$FOLDER/home/.erlang.cookie"
  fi
  printf '[rabbitmq_management].\n' >"$FOLDER/enabled_plugins"
  # Statistics every second instead of every five: tests wait for queue counts.
  # A small write-ahead log, because the default reserves half a gigabyte.
  cat >"$FOLDER/rabbitmq.conf" <<EOF
listeners.tcp.1 = 127.0.0.1:$PORT
management.tcp.ip = 127.0.0.1
management.tcp.port = $MANAGEMENT_PORT
collect_statistics_interval = 1000
raft.wal_max_size_bytes = 33554432
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
log.file.level = info
EOF
}

rabbitmq_launch() {
  find_rabbitmq || fail "rabbitmq-server is not installed" "Run infra/dev/install.sh rabbitmq"
  rabbitmq_configure
  # A node that ends badly writes a dump where it was started, unless told where.
  local -a environment=(env -i -C "$FOLDER" "PATH=$PATH" LANG=C.UTF-8 "HOME=$FOLDER/home"
    "ERL_CRASH_DUMP=$FOLDER/erl_crash.dump" ERL_EPMD_ADDRESS=127.0.0.1 "ERL_EPMD_PORT=$EPMD_PORT")

  launch "$PROCESSES" epmd "$FOLDER/epmd.log" "${environment[@]}" epmd
  local i
  for ((i = 0; i < 50; i++)); do
    if ! port_is_free "$EPMD_PORT"; then break; fi
    sleep 0.1
  done

  # Schedulers that find nothing to do sleep at once, as RabbitMQ's guide to its runtime has it for machines that do other work too.
  # The start script replaces itself with the Erlang machine only where it
  # believes that systemd looks after it; otherwise it stays in between and
  # answers SIGTERM with a second Erlang machine.
  launch "$PROCESSES" rabbitmq "$LOG" "${environment[@]}" \
    RUNNING_UNDER_SYSTEMD=true \
    RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_NODENAME=sdfleet@localhost \
    RABBITMQ_DIST_PORT="$DISTRIBUTION_PORT" \
    RABBITMQ_CONFIG_FILE="$FOLDER/rabbitmq" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$FOLDER/advanced" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$FOLDER/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$FOLDER/data" \
    RABBITMQ_LOG_BASE="$FOLDER/log" \
    RABBITMQ_PID_FILE="$FOLDER/node.pid" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +stbt u +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}" \
    "$RABBITMQ_BIN/rabbitmq-server"
}

# The broker answers an AMQP client's first eight bytes, and the management
# API, which the tests use to make virtual hosts, is there too.
rabbitmq_ready() {
  local first
  first=$(
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$PORT" && printf 'AMQP\0\0\11\1' >&3 &&
      timeout 2 head -c 1 <&3 | od -An -tu1
  ) || return 1
  [[ ${first//[[:space:]]/} == 1 ]] || return 1
  curl -fsS -m 5 -o /dev/null -u guest:guest "http://127.0.0.1:$MANAGEMENT_PORT/api/overview" 2>/dev/null
}

rabbitmq_stop() { stop_trees "$PROCESSES" rabbitmq TERM 30; }

# The node's own log says more than what it prints.
rabbitmq_logs() { printf '%s\n' "$LOG" "$FOLDER"/log/*.log; }

rabbitmq_remove() { :; }

rabbitmq_json() {
  printf '{ "uri": "amqp://guest:guest@127.0.0.1:%s/", "management": "http://127.0.0.1:%s" }' "$PORT" "$MANAGEMENT_PORT"
}

rabbitmq_environment() {
  printf "SDFLEET_TEST_RABBITMQ='amqp://guest:guest@127.0.0.1:%s/'\n" "$PORT"
  printf "SDFLEET_TEST_RABBITMQ_MANAGEMENT='http://127.0.0.1:%s'\n" "$MANAGEMENT_PORT"
}

rabbitmq_image() {
  DOCKER_IMAGE=rabbitmq:4-management
  DOCKER_RUN=(-p "127.0.0.1:$PORT:5672" -p "127.0.0.1:$MANAGEMENT_PORT:15672")
  DOCKER_COMMAND=()
}
