#!/bin/bash
# HTTP-FLV from one core: what a delivered gigabyte costs, beside a bare gather-write server at the same
# flush moments, for 1,000 and 2,000 viewers of a 1.8 Mbit/s stream at 40, 100 and 350 ms and at the
# automatic interval (which sends every picture, 25 a second, as a 40 ms tick does). A plain send loop in the
# same run says whether the bare server is bare: its cost per send must lie within 15 %, else the ratio is
# void. Interleaved, medians of 3.
#   bench/fanout.sh [--quick]      VIEWERS_LIST="1000 2000" FLUSHES="40 100 350 -1" choose less
. "$(dirname "$0")/lib/fanout.sh"
VIEWERS_LIST=${VIEWERS_LIST:-$($QUICK && echo 1000 || echo 1000 2000)}
FLUSHES=${FLUSHES:-$($QUICK && echo 40 || echo 40 100 350 -1)}
use_clip
echo "stream $((EXPECTED * 8 / 1000)) kbit/s, $ROUNDS x $SECONDS_EACH s, CPU seconds of the server per delivered GB"
printf '%7s %6s %8s %8s %8s %6s %8s %9s %7s %10s\n' viewers flush ours bare plain ratio bare/pl delivered 'reads/s' 'longest gap'
for viewers in $VIEWERS_LIST; do
  for flush in $FLUSHES; do
    tick=$([ "$flush" = -1 ] && echo 40 || echo "$flush")
    row="$WORK/$viewers.$flush"
    for _ in $(seq "$ROUNDS"); do
      run_raw "$tick" --viewers "$viewers" >>"$row.raw"
      run_ours "$flush" --viewers "$viewers" >>"$row.ours"
      run_plain "$tick" "$viewers" >>"$row.plain"
    done
    ours=$(median_of "$row.ours" s_per_gb) raw=$(median_of "$row.raw" s_per_gb)
    plain=$(median_of "$row.plain" s_per_gb)
    ratio=$(divide "$ours" "$raw") bare=$(divide "$raw" "$plain")
    void=
    if ! holds "$bare" '<=' 1.15 || ! holds "$bare" '>=' 0.85; then void=' void'; fi
    printf '%7s %6s %8s %8s %8s %6s %8s %9s %7s %8s ms%s\n' "$viewers" "$flush" "$ours" "$raw" "$plain" "$ratio" \
      "$bare" "$(least_of "$row.ours" delivered)" "$(median_of "$row.ours" reads_per_s)/$(median_of "$row.raw" reads_per_s)" \
      "$(worst_of "$row.ours" longest_gap_ms)" "$void"
    [ -n "$void" ] || expect "x bare" "$ratio" '<=' 1.2
    expect "delivered/expected" "$(least_of "$row.ours" delivered)" '>=' 0.98
    expect "viewers with a gap over 1 s" "$(worst_of "$row.ours" stalls)" '==' 0
  done
done
exit $FAILED
