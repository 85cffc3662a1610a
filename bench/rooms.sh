#!/bin/bash
# A room of thousands: our server beside a bare epoll program that sweeps the same way, nats-server's
# WebSocket listener and nginx's nchan (those two if they are installed: apt install nats-server
# libnginx-mod-nchan). Each server is alone on core 0, the pages (one process, sources 127.0.0.1 to .8) on
# core 1. Interleaved, medians of ROUNDS; ratios are what counts on a machine that others use as well.
#   ROUNDS=3 SECONDS_EACH=10 CLIENTS=15000 bench/rooms.sh [--quick] [CASE...]
#   cases: full (20 lines/s), busy (100 lines/s to 2/3 of the clients), hot (500 lines/s in), stalled, deflate
# All servers are told the same lines at the same moments; when the pages' process is short of CPU it says
# several at once and every server sends fewer, longer pieces: compare within one run only.
set -euo pipefail
cd "$(dirname "$0")/.."
BUILD=build/release
ROUNDS=${ROUNDS:-3} SECONDS_EACH=${SECONDS_EACH:-10} CLIENTS=${CLIENTS:-15000}
if [ "${1:-}" = --quick ]; then
  shift
  ROUNDS=1 SECONDS_EACH=4 CLIENTS=2000
fi
CASES=("$@")
[ ${#CASES[@]} -gt 0 ] || CASES=(full busy hot stalled deflate)
WORK=$(mktemp -d)
PIDS=()
finish() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$WORK"
}
trap finish EXIT
ulimit -n "$(ulimit -Hn)"

wait_for() { # FILE PID
  until [ -s "$1" ]; do
    kill -0 "$2"
    read -rt 0.1 <> <(:) || true
  done
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_port() { until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do read -rt 0.1 <> <(:) || true; done; }

# Each starts its server on core 0 and leaves SERVER (what to end), MEASURED (whose CPU), PORT, PUBLISH_PORT.
start_ours() { # RATE CHAT_PER_SECOND
  local data="$WORK/data-$RANDOM"
  mkdir -p "$data"
  taskset -c 0 "$BUILD/rooms_server" "$data" "$2" >"$data/port" 2>"$data/log" &
  SERVER=$! MEASURED=$!
  wait_for "$data/port" "$SERVER"
  read -r PORT <"$data/port"
  PUBLISH_PORT=$PORT
}
start_raw() {
  rm -f "$WORK/raw-port"
  # As long as our event with a text of 200 bytes is.
  taskset -c 0 "$BUILD/rooms_raw" 380 >"$WORK/raw-port" &
  SERVER=$! MEASURED=$!
  wait_for "$WORK/raw-port" "$SERVER"
  read -r PORT <"$WORK/raw-port"
  PUBLISH_PORT=$PORT
}
start_nats() {
  PORT=$(free_port) PUBLISH_PORT=$(free_port)
  cat >"$WORK/nats.conf" <<CONF
listen: 127.0.0.1:$PUBLISH_PORT
max_connections: 64000
websocket { listen: "127.0.0.1:$PORT", no_tls: true }
CONF
  GOMAXPROCS=1 taskset -c 0 nats-server -c "$WORK/nats.conf" >"$WORK/nats.log" 2>&1 &
  SERVER=$! MEASURED=$!
  wait_port "$PORT"
}
start_nchan() {
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
  taskset -c 0 nginx -c "$WORK/nginx.conf" -p "$WORK" >"$WORK/nginx.out" 2>&1 &
  SERVER=$! MEASURED=$!
  wait_port "$PORT"
}

# One measurement: NAME CLIENTS RATE CHAT_PER_SECOND, then more for the load program.
measure() {
  local name=$1 clients=$2 rate=$3 budget=$4 bytes=200 control=0
  shift 4
  "start_$name" "$rate" "$budget"
  PIDS+=("$SERVER")
  [ "$name" = ours ] && control=1000
  [ "$name" = nats ] || [ "$name" = nchan ] && bytes=380
  taskset -c 1 "$BUILD/rooms_load" mode="$name" port="$PORT" publish_port="$PUBLISH_PORT" pid="$MEASURED" \
    clients="$clients" seconds="$SECONDS_EACH" rate="$rate" line_bytes="$bytes" control_ms="$control" "$@" || true
  kill "$SERVER"
  wait "$SERVER" 2>/dev/null || true
}
value() { sed -n "s/.*\b$2=\([0-9.-]*\).*/\1/p" "$1" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {if (b > 0) printf "%.2f", a / b; else printf "-"}'; }

SERVERS=(raw ours)
command -v nats-server >/dev/null && SERVERS+=(nats) || echo "nats-server is not installed: left out"
NCHAN=$(ls /usr/lib/nginx/modules/ngx_nchan_module.so 2>/dev/null || true)
[ -n "$NCHAN" ] && SERVERS+=(nchan) || echo "nginx's nchan is not installed: left out"

compare() { # CASE CLIENTS RATE BUDGET SERVER...: interleaved, then the ratios
  local case=$1 clients=$2 rate=$3 budget=$4 round name
  shift 4
  echo "== $case: $rate lines/s to $clients clients, $SECONDS_EACH s each"
  for round in $(seq "$ROUNDS"); do
    for name in "$@"; do printf '%-5s %s\n' "$name" "$(measure "$name" "$clients" "$rate" "$budget" | tee -a "$WORK/$case-$name")"; done
  done
  for name in "$@"; do
    printf 'median %-5s %s CPU s per million deliveries (%s of the bare server), %s KiB a connection\n' "$name" \
      "$(value "$WORK/$case-$name" s_per_million)" \
      "$(ratio "$(value "$WORK/$case-$name" s_per_million)" "$(value "$WORK/$case-raw" s_per_million)")" \
      "$(value "$WORK/$case-$name" kib_per_client)"
  done
}

hot() {
  local form
  echo "== hot: 500 lines/s in, a budget of 20, $((CLIENTS / 5)) clients"
  for form in 1 0; do
    measure ours $((CLIENTS / 5)) 500 20 deflate="$form" line_bytes=60 | tee "$WORK/hot-$form"
  done
  echo "chat and state cost a viewer $(value "$WORK/hot-1" kbit_per_viewer) kbit/s deflated, $(value "$WORK/hot-0" kbit_per_viewer) plain; control p99 $(value "$WORK/hot-0" control_p99_ms) ms"
}
stalled() {
  echo "== stalled: half of 1000 stop reading, 20 lines/s"
  local round
  for round in $(seq "$ROUNDS"); do
    measure ours 1000 20 1000 | tee -a "$WORK/stalled-none"
    measure ours 1000 20 1000 stalled=500 | tee -a "$WORK/stalled-half"
  done
  echo "the others' chat p99: $(value "$WORK/stalled-none" chat_p99_ms) ms without, $(value "$WORK/stalled-half" chat_p99_ms) ms with; grown $(value "$WORK/stalled-half" kib_grown) KiB in all, $(value "$WORK/stalled-none" kib_grown) without"
}
deflate() {
  echo "== deflate: 20 lines/s to $CLIENTS clients, all but some deflated"
  measure ours "$CLIENTS" 20 1000 deflate=1 | tee "$WORK/deflate"
  echo "$(value "$WORK/deflate" kbit_per_viewer) kbit/s a viewer"
}

for case in "${CASES[@]}"; do
  case "$case" in
    full) compare full "$CLIENTS" 20 1000 "${SERVERS[@]}" ;;
    busy) compare busy $((CLIENTS * 2 / 3)) 100 1000 raw ours ;;
    hot | stalled | deflate) "$case" ;;
    *) echo "no such case: $case" >&2; exit 2 ;;
  esac
done
