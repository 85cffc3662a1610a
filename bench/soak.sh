#!/bin/bash
# Twenty minutes of joins and leaves: 500 HTTP-FLV viewers of one stream, 20 of whom leave and come again
# every second, automatic flush. Memory, open files and the distance of sound and picture at the end must be
# what they were once everything was warm. Not part of `./dev bench` unless asked for by name.
#   bench/soak.sh [--quick]        MINUTES=20
. "$(dirname "$0")/lib/fanout.sh"
MINUTES=${MINUTES:-$($QUICK && echo 2 || echo 20)}
use_clip
SECONDS_EACH=$((MINUTES * 60))
start_ours -1 1 bench
publish 0 "${URLS[0]}"
load --path /live/bench.flv --viewers 500 --churn 20 --watch >"$WORK/soak" &
LOADER=$!
PIDS+=("$LOADER")
pause 30
EVERY=$((SECONDS_EACH / 40 + 1))
while kill -0 "$LOADER" 2>/dev/null; do
  echo "$SECONDS $(rss_kib "$SERVER") $(ls "/proc/$SERVER/fd" | wc -l)" >>"$WORK/seen"
  pause "$EVERY"
done
cat "$WORK/soak"
# The straight line through memory over time, from its value at the beginning to that at the end.
slope=$(awk '{n++; x += $1; y += $2; xy += $1 * $2; xx += $1 * $1; if (n == 1) a = $1; b = $1}
  END {k = (n * xy - x * y) / (n * xx - x * x); y0 = (y - k * x) / n; printf "%.2f", 100 * k * (b - a) / (y0 + k * a)}' "$WORK/seen")
files=$(awk 'NR == 1 {a = $3} {b = $3} END {print b - a}' "$WORK/seen")
echo "$MINUTES minutes: memory $(head -1 "$WORK/seen" | cut -d' ' -f2) to $(tail -1 "$WORK/seen" | cut -d' ' -f2) KiB, open files $(head -1 "$WORK/seen" | cut -d' ' -f3) to $(tail -1 "$WORK/seen" | cut -d' ' -f3)"
expect "memory's slope over the run, %" "$slope" '<=' 1
expect "open files more than at the start" "$files" '<=' 10
expect "drift of sound against picture, ms" "$(field drift_ms <"$WORK/soak")" '<=' 40
expect "holes in anyone's picture" "$(field breaks <"$WORK/soak")" '==' 0
stop "$PUBLISHER" "$SERVER"
exit $FAILED
