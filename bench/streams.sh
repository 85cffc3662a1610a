#!/bin/bash
# Many small streams against one large one: 200 streams with 10 viewers each beside one stream with 2,000,
# HTTP-FLV at flush 40 ms from one core. CPU seconds per delivered GB; taking 200 streams in is part of it.
# Interleaved, medians of 3.
#   bench/streams.sh [--quick]     STREAMS=200 EACH=10
. "$(dirname "$0")/lib/fanout.sh"
STREAMS=${STREAMS:-200} EACH=${EACH:-10}
use_clip
mapfile -t NAMES < <(seq -f 's%g' 0 $((STREAMS - 1)))

for _ in $(seq "$ROUNDS"); do
  run_ours 40 --viewers $((STREAMS * EACH)) >>"$WORK/one"
  start_ours 40 1 "${NAMES[@]}"
  publish 0 "${URLS[@]}"
  load --path /live/s%d.flv --streams "$STREAMS" --viewers $((STREAMS * EACH)) >>"$WORK/many" || true
  stop "$PUBLISHER" "$SERVER"
done
one=$(median_of "$WORK/one" s_per_gb) many=$(median_of "$WORK/many" s_per_gb)
echo "one stream x $((STREAMS * EACH)): $one s/GB, $STREAMS streams x $EACH: $many s/GB ($(median_of "$WORK/many" core_percent) % of the core)"
expect "x one stream" "$(divide "$many" "$one")" '<=' 1.3
expect "delivered/expected" "$(least_of "$WORK/many" delivered)" '>=' 0.98
expect "viewers with a gap over 1 s" "$(worst_of "$WORK/many" stalls)" '==' 0
exit $FAILED
