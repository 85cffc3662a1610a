# What the fan-out benchmarks share: clips, servers, publishers, viewers, medians. Source it; it sets up a
# work folder and takes it and every process it started away at the end.
#
#   SECONDS_EACH   length of one measurement     ROUNDS   how many, interleaved; the median counts
#   --quick        shorter and fewer, for a look while working; not for quoting
#
# Servers run on core 0 alone (SERVER_CPUS), publishers and viewers on core 1 (LOAD_CPUS).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BUILD=${BUILD:-build/release}
QUICK=false
[ "${1:-}" = --quick ] && QUICK=true
if $QUICK; then
  SECONDS_EACH=${SECONDS_EACH:-3} ROUNDS=${ROUNDS:-1}
else
  SECONDS_EACH=${SECONDS_EACH:-8} ROUNDS=${ROUNDS:-3}
fi
SERVER_CPUS=${SERVER_CPUS:-0} LOAD_CPUS=${LOAD_CPUS:-1}
WORK=$(mktemp -d)
PIDS=()
FAILED=0
SERVER=0 HTTP_PORT=0 RTMP_PORT=0 URLS=()  # of the server started last

finish() {
  for pid in ${PIDS[@]+"${PIDS[@]}"}; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$WORK"
}
trap finish EXIT

# Clips: 720p at 25 pictures a second, H264 with B-frames and AAC.

make_clip() { # FILE VIDEO_KBIT SECONDS KEY_EVERY_PICTURES
  ffmpeg -loglevel error -f lavfi -i testsrc2=size=1280x720:rate=25 \
    -f lavfi -i sine=frequency=440:sample_rate=44100 -t "$3" -c:v libx264 -preset veryfast -profile:v high \
    -bf 2 -g "$4" -keyint_min "$4" -sc_threshold 0 -b:v "$2k" -minrate "$2k" -maxrate "$2k" \
    -bufsize "$(($2 / 2))k" -nal-hrd cbr -pix_fmt yuv420p -c:a aac -b:a 120k -f flv "$1"
}

use_clip() { # the 1.8 Mbit/s clip with a key frame every 2 s
  CLIP="$WORK/clip.flv"
  make_clip "$CLIP" 1680 30 50
  EXPECTED=$("$BUILD/fanout_publish" "$CLIP")
}

# Processes.

wait_for_line() { # FILE PID: until the file has its first line, or the process is gone
  until [ -s "$1" ]; do
    kill -0 "$2" 2>/dev/null || { cat "$1".err >&2 2>/dev/null; return 1; }
    read -rt 0.05 <> <(:) || true
  done
}

stop() { # PID...
  kill "$@" 2>/dev/null || true
  wait "$@" 2>/dev/null || true
}

make_certificate() { # sets CERTIFICATE, a folder: servers started from now on can speak TLS
  CERTIFICATE="$WORK/certificate"
  mkdir -p "$CERTIFICATE"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$CERTIFICATE/key.pem" -out "$CERTIFICATE/cert.pem" 2>/dev/null
}

start_ours() { # FLUSH_MS CORES STREAM...: sets SERVER, HTTP_PORT, RTMP_PORT, URLS
  local data ports urls
  data=$(mktemp -d "$WORK/data-XXXX")
  [ -z "${CERTIFICATE:-}" ] || cp "$CERTIFICATE"/*.pem "$data"
  : >"$data/ready"
  taskset -c "$SERVER_CPUS" "$BUILD/fanout_server" "$data" "$@" >"$data/ready" 2>"$data/ready.err" &
  SERVER=$!
  PIDS+=("$SERVER")
  until [ "$(wc -l <"$data/ready")" -ge 2 ]; do
    kill -0 "$SERVER" || { cat "$data/ready.err" >&2; exit 1; }
    read -rt 0.05 <> <(:) || true
  done
  { read -r ports; read -r urls; } <"$data/ready"
  read -r HTTP_PORT RTMP_PORT <<<"$ports"
  read -ra URLS <<<"$urls"
}

publish() { # PHASE_MS URL...: sets PUBLISHER, returns once all streams have begun
  local ready
  ready=$(mktemp "$WORK/publish-XXXX")
  taskset -c "$LOAD_CPUS" "$BUILD/fanout_publish" "$CLIP" "$@" >"$ready" 2>"$ready.err" &
  PUBLISHER=$!
  PIDS+=("$PUBLISHER")
  wait_for_line "$ready" "$PUBLISHER"
  pause 1
}

start_raw() { # TICK_MS ARGUMENT...: sets SERVER and HTTP_PORT
  local ready
  ready=$(mktemp "$WORK/raw-XXXX")
  taskset -c "$SERVER_CPUS" "$BUILD/fanout_raw" "$CLIP" "$@" >"$ready" 2>"$ready.err" &
  SERVER=$!
  PIDS+=("$SERVER")
  wait_for_line "$ready" "$SERVER"
  read -r HTTP_PORT <"$ready"
}

start_nginx() { # sets SERVER and RTMP_PORT
  local folder
  folder=$(mktemp -d "$WORK/nginx-XXXX")
  RTMP_PORT=$((20000 + RANDOM % 10000))
  cat >"$folder/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
$([ "$(id -u)" = 0 ] && echo 'user root;')
daemon off; master_process off; pid $folder/pid; error_log $folder/error.log;
worker_rlimit_nofile 20000;
events { worker_connections 8192; }
rtmp { server { listen 127.0.0.1:$RTMP_PORT; chunk_size 60000; application live { live on; } } }
CONF
  taskset -c "$SERVER_CPUS" nginx -c "$folder/nginx.conf" -p "$folder" 2>/dev/null &
  SERVER=$!
  PIDS+=("$SERVER")
  pause 0.5
}

pause() { read -rt "$1" <> <(:) || true; }

load() { # ARGUMENT...: viewers of the server started last; prints what they saw
  taskset -c "$LOAD_CPUS" "$BUILD/fanout_load" --server "$SERVER" --port "$HTTP_PORT" --rtmp-port "$RTMP_PORT" \
    --expected "${EXPECTED:-1}" --seconds "$SECONDS_EACH" "$@"
}

# One measurement of each kind: starts the server, loads it, stops it, prints the load's line.

run_ours() { # FLUSH_MS LOAD_ARGUMENT...
  start_ours "$1" "${SERVER_CORES:-1}" bench
  publish 0 "${URLS[0]}"
  load --path /live/bench.flv "${@:2}" || true  # a viewer lost is told in the line
  stop "$PUBLISHER" "$SERVER"
}
run_raw() { # TICK_MS LOAD_ARGUMENT...
  start_raw "$1"
  load --path / "${@:2}" || true
  stop "$SERVER"
}
run_plain() { # TICK_MS VIEWERS LOAD_ARGUMENT...
  start_raw "$1" --plain "$2"
  load --path / --viewers "$2" "${@:3}" || true
  stop "$SERVER"
}

# What a process holds (KiB), and the most the kernel holds for sending on one connection of a port (KiB).
rss_kib() { awk '/^RssAnon/ {print $2}' "/proc/$1/status"; }
kernel_kib_most() { # wmem_queued: everything queued, with the kernel's own overhead
  ss -tnmH "sport = :$1" | sed -n 's/.*,w\([0-9]*\),.*/\1/p' | sort -g | tail -1 | awk '{print int($1 / 1024)}'
}

# Numbers.

field() { sed -n "s/.*\\b$1=\\([-0-9.]*\\).*/\\1/p"; } # of the lines on standard input
median_of() { # FILE FIELD
  field "$2" <"$1" | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}
worst_of() { field "$2" <"$1" | sort -g | tail -1; }
least_of() { field "$2" <"$1" | sort -g | head -1; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f", (b > 0 ? a / b : 0)}'; }
holds() { awk -v a="$1" -v b="$3" "BEGIN {exit !(a $2 b)}"; }

expect() { # WHAT VALUE OPERATOR LIMIT: prints a verdict and remembers a failure
  local verdict=ok
  holds "$2" "$3" "$4" || { verdict=MISSED; FAILED=1; }
  printf '  %-6s %s: %s (aim %s %s)\n' "$verdict" "$1" "$2" "$3" "$4"
}
