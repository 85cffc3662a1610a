#!/bin/bash
# Viewers who cannot follow, HTTP-FLV at flush 40 ms from one core.
#   1  1,000 viewers of a 1.8 Mbit/s stream, half of whom stop reading: what one of them costs, ours and in
#      the kernel, and what the others notice.
#   2  An 8 Mbit/s stream with a key frame every 10 s, half of 100 viewers on 1 Mbit/s: everyone's picture
#      stays decodable (after a hole: sequence headers and a key frame), nobody is further behind than the
#      lag budget of 3 s and one group of pictures.
#   bench/slow.sh [--quick]
. "$(dirname "$0")/lib/fanout.sh"
VIEWERS=${VIEWERS:-1000}
use_clip
SECONDS_EACH=$($QUICK && echo 6 || echo 15)

measure_stalled() { # SHARE: prints the load's line; leaves the server's memory in MEMORY, a socket's in KERNEL
  start_ours 40 1 bench
  publish 0 "${URLS[0]}"
  load --path /live/bench.flv --viewers "$VIEWERS" --stalled "$1" --watch >"$WORK/load-line" &
  local loader=$!
  PIDS+=("$loader")
  pause $((VIEWERS / 500 + 2 + SECONDS_EACH))
  MEMORY=$(rss_kib "$SERVER")
  KERNEL=$(kernel_kib_most "$HTTP_PORT")
  wait "$loader" || true
  stop "$PUBLISHER" "$SERVER"
  cat "$WORK/load-line" >>"$WORK/stalled.$1"
}
for _ in $(seq "$($QUICK && echo 1 || echo 3)"); do
  measure_stalled 0
  healthy=$MEMORY
  measure_stalled 0.5
  echo "$(((MEMORY - healthy) * 1000 / (VIEWERS / 2))) $KERNEL" >>"$WORK/cost"
done
ours=$(cut -d' ' -f1 "$WORK/cost" | sort -g | sed -n "$((($(wc -l <"$WORK/cost") + 1) / 2))p")
late=$(median_of "$WORK/stalled.0" late_p99_ms) late_half=$(median_of "$WORK/stalled.0.5" late_p99_ms)
echo "half of $VIEWERS stalled: the others' p99 $late_half ms, without them $late ms"
expect "memory of ours each stalled viewer adds, KiB" "$(divide "$ours" 1000)" '<=' 4
expect "most the kernel holds for one, KiB" "$(cut -d' ' -f2 "$WORK/cost" | sort -g | tail -1)" '<=' 252
expect "the others' p99 worse by, ms" "$(awk -v a="$late_half" -v b="$late" 'BEGIN {print a - b}')" '<=' 10
expect "holes in anyone's picture" "$(worst_of "$WORK/stalled.0.5" breaks)" '==' 0

CLIP="$WORK/long.flv"
make_clip "$CLIP" 7880 40 250
EXPECTED=$("$BUILD/fanout_publish" "$CLIP")
SECONDS_EACH=$($QUICK && echo 30 || echo 60)
start_ours 40 1 bench
publish 0 "${URLS[0]}"
load --path /live/bench.flv --viewers 100 --slow 0.5 --slow-bytes 125000 --watch | tee "$WORK/long"
stop "$PUBLISHER" "$SERVER"
echo "8 Mbit/s, 10 s between key frames, half on 1 Mbit/s: $(field skips <"$WORK/long") skips"
expect "holes in anyone's picture" "$(field breaks <"$WORK/long")" '==' 0
expect "skips" "$(field skips <"$WORK/long")" '>' 0
expect "furthest behind, ms" "$(field lag_max_ms <"$WORK/long")" '<=' 13000
exit $FAILED
