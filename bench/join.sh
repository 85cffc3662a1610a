#!/bin/bash
# How long a viewer waits, HTTP-FLV from one core at flush 40 ms:
#   - until its first key frame, while 500 viewers a second join (1,000 in all);
#   - for each picture, from the publisher's send to the viewer's last byte, 500 viewers, over 10 phases of
#     the publisher's clock against the server's;
# and how much memory of ours a viewer takes, plain and under TLS: what 900 more viewers add to the process.
#   bench/join.sh [--quick]
. "$(dirname "$0")/lib/fanout.sh"
PHASES=${PHASES:-$($QUICK && echo 2 || echo 10)}
use_clip
make_certificate

for _ in $(seq "$ROUNDS"); do run_ours 40 --viewers 1000 --joins 500 >>"$WORK/joins"; done
echo "first key frame while 500 a second join: p50 $(median_of "$WORK/joins" first_p50_ms) ms, p99 of each round: \
$(field first_p99_ms <"$WORK/joins" | tr '\n' ' ')ms"
expect "first key frame p99, ms" "$(median_of "$WORK/joins" first_p99_ms)" '<=' 50

SECONDS_EACH=3
for phase in $(seq "$PHASES"); do
  start_ours 40 1 bench
  publish $((phase * 40 / PHASES)) "${URLS[0]}"
  load --path /live/bench.flv --viewers 500 --watch >>"$WORK/late"
  stop "$PUBLISHER" "$SERVER"
done
echo "added latency, p50/p99 of each phase: $(paste -d/ <(field late_p50_ms <"$WORK/late") <(field late_p99_ms <"$WORK/late") | tr '\n' ' ')ms"
expect "added latency p50, ms" "$(median_of "$WORK/late" late_p50_ms)" '<=' 25
expect "added latency p99, worst phase, ms" "$(worst_of "$WORK/late" late_p99_ms)" '<=' 60
expect "holes in anyone's picture" "$(worst_of "$WORK/late" breaks)" '==' 0

for protocol in flv https; do
  start_ours 40 1 bench
  publish 0 "${URLS[0]}"
  before=0
  for viewers in 100 1000; do
    taskset -c "$LOAD_CPUS" "$BUILD/fanout_load" --server "$SERVER" --port "$HTTP_PORT" --path /live/bench.flv \
      --protocol "$protocol" --viewers "$viewers" --joins 200 --settle 3 --seconds 6 >>"$WORK/memory" &
    LOADER=$!
    PIDS+=("$LOADER")
    pause $((viewers / 200 + 6))
    added=$(($(rss_kib "$SERVER") - before))
    before=$(rss_kib "$SERVER")
    wait "$LOADER" || true
  done
  stop "$PUBLISHER" "$SERVER"
  each=$(divide "$added" 900)
  expect "memory of ours per viewer by $protocol, KiB" "$each" '<=' "$([ $protocol = flv ] && echo 4 || echo 24)"
done
exit $FAILED
