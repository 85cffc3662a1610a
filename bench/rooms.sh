#!/bin/bash
# A room of thousands: our server beside a bare epoll program that sweeps the same way, nats-server's
# WebSocket listener and nginx's nchan (apt install nats-server libnginx-mod-nchan). Each server is alone on
# core 0, the pages (one process, sources 127.0.0.1 to .8) on core 1. Interleaved, medians of ROUNDS; ratios
# are what counts on a machine that others use as well.
#   ROUNDS=3 SECONDS_EACH=8 CLIENTS=15000 bench/rooms.sh [--quick] [CASE...]
#   full     20 lines/s to all: beside the peers; delays, CPU, memory
#   busy     100 lines/s to 2/3 of them
#   hot      500 lines/s in to 1/5: what a viewer is sent of them, deflated and plain
#   stalled  half of 1,000 stop reading
#   churn    1/3 leave within a second, then as many join within one
#   deflate  as full, all but some deflated
# All servers are told the same lines at the same moments; when the pages' process is short of CPU it says
# several at once and every server sends fewer, longer pieces: compare within one run only. For the same
# reason CPU is also told for each read of a page, which is about one send.
# With real-time priority (chrt -r 20) the databases lie in memory: the kernel's threads that write to a disk
# would not get their turn, and a control event waits for its row.
[ "$(ps -o cls= -p $$ | tr -d ' ')" = TS ] || export TMPDIR=${TMPDIR:-/dev/shm}
QUICK_FLAG=""
[ "${1:-}" = --quick ] && QUICK_FLAG=--quick && shift
CASES=("$@")
[ ${#CASES[@]} -gt 0 ] || CASES=(full busy hot stalled churn deflate)
. "$(dirname "$0")/lib/fanout.sh" "$QUICK_FLAG"
CLIENTS=${CLIENTS:-$($QUICK && echo 2000 || echo 15000)}
ulimit -n "$(ulimit -Hn)"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_port() { until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do pause 0.1; done; }

# Each starts its server on core 0 and leaves SERVER, PORT, PUBLISH_PORT.
room_ours() { # CHAT_PER_SECOND
  local data
  data=$(mktemp -d "$WORK/data-XXXX")
  taskset -c "$SERVER_CPUS" "$BUILD/rooms_server" "$data" "$1" >"$data/port" 2>"$data/port.err" &
  SERVER=$!
  wait_for_line "$data/port" "$SERVER"
  read -r PORT <"$data/port"
  PUBLISH_PORT=$PORT
}
room_raw() {
  rm -f "$WORK/raw-port"
  # As long as our event with a text of 200 bytes is.
  taskset -c "$SERVER_CPUS" "$BUILD/rooms_raw" 380 >"$WORK/raw-port" &
  SERVER=$!
  wait_for_line "$WORK/raw-port" "$SERVER"
  read -r PORT <"$WORK/raw-port"
  PUBLISH_PORT=$PORT
}
room_nats() {
  PORT=$(free_port) PUBLISH_PORT=$(free_port)
  cat >"$WORK/nats.conf" <<CONF
listen: 127.0.0.1:$PUBLISH_PORT
max_connections: 64000
websocket { listen: "127.0.0.1:$PORT", no_tls: true }
CONF
  GOMAXPROCS=1 taskset -c "$SERVER_CPUS" nats-server -c "$WORK/nats.conf" >"$WORK/nats.log" 2>&1 &
  SERVER=$!
  wait_port "$PORT"
}
room_nchan() {
  PORT=$(free_port)
  PUBLISH_PORT=$PORT
  cat >"$WORK/nginx.conf" <<CONF
load_module $NCHAN;
daemon off; master_process off; pid $WORK/nginx.pid; error_log $WORK/nginx.log; worker_rlimit_nofile $(ulimit -Hn);
events { worker_connections 19000; }
http {
  access_log off; client_body_temp_path $WORK; keepalive_requests 1000000; nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:$PORT backlog=4096;
    location = /sub { nchan_subscriber websocket; nchan_channel_id room; nchan_subscriber_first_message newest; }
    location = /pub { nchan_publisher http; nchan_channel_id room; nchan_message_buffer_length 200; }
  }
}
CONF
  taskset -c "$SERVER_CPUS" nginx -c "$WORK/nginx.conf" -p "$WORK" >"$WORK/nginx.out" 2>&1 &
  SERVER=$!
  wait_port "$PORT"
}

# One measurement into FILE: FILE NAME CLIENTS RATE CHAT_PER_SECOND, then more for the load program.
measure() {
  local file=$1 name=$2 clients=$3 rate=$4 budget=$5 bytes=200 control=0
  shift 5
  "room_$name" "$budget"
  PIDS+=("$SERVER")
  [ "$name" = ours ] && control=1000
  [ "$name" = nats ] || [ "$name" = nchan ] && bytes=380
  taskset -c "$LOAD_CPUS" "$BUILD/rooms_load" mode="$name" port="$PORT" publish_port="$PUBLISH_PORT" pid="$SERVER" \
    clients="$clients" seconds="$SECONDS_EACH" rate="$rate" line_bytes="$bytes" control_ms="$control" "$@" \
    >"$WORK/line" || true
  stop "$SERVER"
  tee -a "$file" <"$WORK/line" | sed "s/^/  $name: /"
}
of() { median_of "$WORK/$1" "$2"; } # CASE-NAME FIELD

SERVERS=(raw ours)
command -v nats-server >/dev/null && SERVERS+=(nats) || echo "nats-server is not installed: left out"
NCHAN=$(ls /usr/lib/nginx/modules/ngx_nchan_module.so 2>/dev/null || true)
[ -n "$NCHAN" ] && SERVERS+=(nchan) || echo "nginx's nchan is not installed: left out"

compare() { # CASE CLIENTS RATE SERVER...: interleaved, then side by side
  local case=$1 clients=$2 rate=$3 name
  shift 3
  echo "== $case: $rate lines/s to $clients clients"
  for _ in $(seq "$ROUNDS"); do
    for name in "$@"; do measure "$WORK/$case-$name" "$name" "$clients" "$rate" 1000; done
  done
  printf '  %-6s %15s %9s %10s %11s %13s %10s\n' server "CPU s/million" "x bare" "us/read" "delivered" "chat p99 ms" "KiB each"
  for name in "$@"; do
    printf '  %-6s %15s %9s %10s %11s %13s %10s\n' "$name" "$(of "$case-$name" s_per_million)" \
      "$(divide "$(of "$case-$name" s_per_million)" "$(of "$case-raw" s_per_million)")" "$(of "$case-$name" us_per_read)" \
      "$(of "$case-$name" delivered)" "$(of "$case-$name" chat_p99_ms)" "$(of "$case-$name" kib_per_client)"
  done
  expect "CPU per million deliveries, x bare" \
    "$(divide "$(of "$case-ours" s_per_million)" "$(of "$case-raw" s_per_million)")" '<=' 1.2
  expect "CPU per read, x bare" "$(divide "$(of "$case-ours" us_per_read)" "$(of "$case-raw" us_per_read)")" '<=' 1.2
  expect "delivered/expected after a drain of 5 s" "$(least_of "$WORK/$case-ours" delivered)" '>=' 0.98
  expect "connections lost" "$(worst_of "$WORK/$case-ours" lost)" '==' 0
}

full() {
  local peer pass
  compare full "$CLIENTS" 20 "${SERVERS[@]}"
  for peer in "${SERVERS[@]:2}"; do
    expect "CPU per million deliveries, x $peer" \
      "$(divide "$(of full-ours s_per_million)" "$(of "full-$peer" s_per_million)")" '<=' 1
  done
  pass=$(awk -v us="$(of full-raw us_per_read)" -v clients="$CLIENTS" 'BEGIN {printf "%.0f", us * clients / 1000}')
  echo "  a bare pass over all of them takes $pass ms"
  expect "control p99, ms" "$(of full-ours control_p99_ms)" '<=' $((2 * pass + 50))
  expect "chat p99, ms" "$(of full-ours chat_p99_ms)" '<=' $((3 * pass + 100))
  expect "control events delivered" "$(least_of "$WORK/full-ours" controls)" '>=' 1
  expect "memory of ours for an idle connection, KiB" "$(of full-ours kib_per_client)" '<=' 3
}
busy() { compare busy $((CLIENTS * 2 / 3)) 100 raw ours; }
hot() {
  local form
  echo "== hot: 500 lines/s of 60 bytes in, a budget of 20, $((CLIENTS / 5)) clients"
  for form in 1 0; do
    measure "$WORK/hot-$form" ours $((CLIENTS / 5)) 500 20 deflate="$form" line_bytes=60
  done
  expect "kbit/s a viewer, deflated as browsers ask for (2 % are not)" "$(of hot-1 kbit_per_viewer)" '<=' 24
  expect "kbit/s a viewer, plain" "$(of hot-0 kbit_per_viewer)" '<=' 24
  expect "control p99, ms" "$(of hot-0 control_p99_ms)" '<=' 500
}
stalled() {
  # What the kernel holds for them is full within two seconds; after five more they lag.
  echo "== stalled: half of 1000 stop reading, 200 lines/s for 10 s"
  for _ in $(seq "$ROUNDS"); do
    SECONDS_EACH=10 measure "$WORK/stalled-none" ours 1000 200 1000
    SECONDS_EACH=10 measure "$WORK/stalled-half" ours 1000 200 1000 stalled=500
  done
  expect "memory of ours each stalled viewer adds, KiB" \
    "$(awk -v a="$(of stalled-half kib_grown)" -v b="$(of stalled-none kib_grown)" 'BEGIN {printf "%.2f", (a - b) / 500}')" '<=' 4
  expect "the others' chat p99 worse by, ms" \
    "$(($(of stalled-half chat_p99_ms) - $(of stalled-none chat_p99_ms)))" '<=' 10
}
churn() {
  local many=$((CLIENTS / 3))
  echo "== churn: of $((CLIENTS * 2 / 3)) clients $many leave within a second, then as many join; 20 lines/s"
  SECONDS_EACH=5 measure "$WORK/churn" ours $((CLIENTS * 2 / 3)) 20 1000 churn=$many control_ms=100
  echo "  all $(of churn late_joins) were in after $(of churn late_joins_ms) ms"
  expect "control p99 over all that, ms" "$(of churn control_p99_ms)" '<=' 500
}
deflate() {
  echo "== deflate: 20 lines/s to $CLIENTS clients, all but 2 % deflated"
  measure "$WORK/deflate" ours "$CLIENTS" 20 1000 deflate=1
}

for case in "${CASES[@]}"; do
  case "$case" in
    full | busy | hot | stalled | churn | deflate) "$case" ;;
    *) echo "no such case: $case" >&2; exit 2 ;;
  esac
done
exit $FAILED
