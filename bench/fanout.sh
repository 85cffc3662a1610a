#!/bin/bash
# HTTP-FLV to 1,000 viewers of a 1.8 Mbit/s stream: our server beside a bare gather-write server at the
# same flush moments, each alone on core 0; publisher and viewers on core 1. Interleaved, medians of 3.
#   VIEWERS=1000 SECONDS_EACH=10 ROUNDS=3 FLUSH_MS=40 bench/fanout.sh
set -euo pipefail
cd "$(dirname "$0")/.."
BUILD=build/release
VIEWERS=${VIEWERS:-1000} SECONDS_EACH=${SECONDS_EACH:-10} ROUNDS=${ROUNDS:-3} FLUSH_MS=${FLUSH_MS:-40}
WORK=$(mktemp -d)
PIDS=()
finish() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$WORK"
}
trap finish EXIT

make_clip() {
  ffmpeg -loglevel error -f lavfi -i testsrc2=size=1280x720:rate=25 -f lavfi -i sine=frequency=440:sample_rate=44100 \
    -t 30 -c:v libx264 -preset veryfast -profile:v high -bf 2 -g 50 -keyint_min 50 -sc_threshold 0 \
    -b:v 1680k -minrate 1680k -maxrate 1680k -bufsize 840k -nal-hrd cbr -pix_fmt yuv420p \
    -c:a aac -b:a 120k -f flv "$WORK/clip.flv"
}

load() { # PORT PATH PID
  taskset -c 1 "$BUILD/fanout_load" "$1" "$2" "$VIEWERS" "$SECONDS_EACH" "$3" "$BYTES_PER_SECOND"
}

run_ours() {
  local data="$WORK/data-$RANDOM" port url server publisher
  mkdir -p "$data"
  taskset -c 0 "$BUILD/fanout_server" "$data" "$FLUSH_MS" >"$data/ready" 2>"$data/log" &
  server=$!
  PIDS+=("$server")
  until [ -s "$data/ready" ]; do kill -0 "$server"; read -rt 0.1 <> <(:) || true; done
  read -r port url <"$data/ready"
  taskset -c 1 ffmpeg -loglevel error -re -stream_loop -1 -i "$WORK/clip.flv" -c copy -f flv "$url" 2>/dev/null &
  publisher=$!
  PIDS+=("$publisher")
  until curl -s -o /dev/null --max-time 1 --fail -r 0-1 "http://127.0.0.1:$port/live/bench.flv" || [ $? -eq 28 ]; do
    kill -0 "$publisher"
  done
  load "$port" /live/bench.flv "$server"
  kill "$publisher" "$server"
  wait "$publisher" "$server" 2>/dev/null || true
}

run_raw() {
  local port server
  taskset -c 0 "$BUILD/fanout_raw" "$WORK/clip.flv" "$FLUSH_MS" >"$WORK/raw-port" &
  server=$!
  PIDS+=("$server")
  until [ -s "$WORK/raw-port" ]; do kill -0 "$server"; read -rt 0.1 <> <(:) || true; done
  read -r port <"$WORK/raw-port"
  load "$port" / "$server"
  kill "$server"
  wait "$server" 2>/dev/null || true
  rm "$WORK/raw-port"
}

median() { sed -n 's/.*s_per_gb=\([0-9.]*\).*/\1/p' "$1" | sort -n | sed -n "$(((ROUNDS + 1) / 2))p"; }

make_clip
BYTES_PER_SECOND=$(ffprobe -v error -show_entries format=size,duration -of default=nk=1:nw=1 "$WORK/clip.flv" |
  paste -sd' ' | awk '{print $2 / $1}')
echo "clip $(awk "BEGIN {print $BYTES_PER_SECOND * 8 / 1e6}") Mbit/s, $VIEWERS viewers, flush $FLUSH_MS ms, $SECONDS_EACH s each"
for round in $(seq "$ROUNDS"); do
  echo "raw  $(run_raw | tee -a "$WORK/raw")"
  echo "ours $(run_ours | tee -a "$WORK/ours")"
done
awk -v ours="$(median "$WORK/ours")" -v raw="$(median "$WORK/raw")" \
  'BEGIN {printf "median CPU s per delivered GB: ours %.3f, bare server %.3f, ratio %.2f\n", ours, raw, ours / raw}'
