#!/bin/bash
# One hot stream on two cores: CPU seconds per delivered GB beside the same on one, and how the work is
# shared. HTTP-FLV, 1,000 viewers, flush 40 ms. On a machine with two cores the viewers share them, so both
# servers are measured that way: on any core, by CPU time. Interleaved, medians of 3.
#   bench/cores.sh [--quick]
. "$(dirname "$0")/lib/fanout.sh"
SERVER_CPUS=0,1 LOAD_CPUS=0,1
VIEWERS=${VIEWERS:-1000}
use_clip

for _ in $(seq "$ROUNDS"); do
  SERVER_CORES=1 run_ours 40 --viewers "$VIEWERS" >>"$WORK/one"
  SERVER_CORES=2 run_ours 40 --viewers "$VIEWERS" >>"$WORK/two"
done
one=$(median_of "$WORK/one" s_per_gb) two=$(median_of "$WORK/two" s_per_gb)
share=$(median_of "$WORK/two" second_core_share)
echo "one core: $one s/GB, two cores: $two s/GB, the less busy of the two does $share of it"
expect "x one core" "$(divide "$two" "$one")" '<=' 1.1
expect "share of the less busy core" "$share" '>=' 0.4
expect "delivered/expected" "$(least_of "$WORK/two" delivered)" '>=' 0.98
exit $FAILED
