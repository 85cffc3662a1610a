#!/bin/bash
# What a delivered gigabyte costs by RTMP play, WebSocket-FLV and HTTPS-FLV: 1,000 viewers of a 1.8 Mbit/s
# stream, flush 40 ms, one core. RTMP and WebSocket beside the bare gather-write server, HTTPS beside the
# same with OpenSSL (one SSL_write per viewer and tick), RTMP also beside nginx-rtmp. Interleaved, medians
# of 3. The bare servers send FLV: bytes per second are the same within 1 %.
#   bench/protocols.sh [--quick]     VIEWERS=1000 FLUSH_MS=40
. "$(dirname "$0")/lib/fanout.sh"
VIEWERS=${VIEWERS:-1000} FLUSH_MS=${FLUSH_MS:-40}
use_clip
make_certificate

run_raw_tls() {
  start_raw "$FLUSH_MS" --tls "$CERTIFICATE/cert.pem" "$CERTIFICATE/key.pem"
  load --path / --protocol https --joins 200 --viewers "$VIEWERS" || true
  stop "$SERVER"
}
run_nginx() {
  start_nginx
  publish 0 "rtmp://127.0.0.1:$RTMP_PORT/live/bench"
  load --path live/bench --protocol rtmp --viewers "$VIEWERS" || true
  stop "$PUBLISHER" "$SERVER"
}

for _ in $(seq "$ROUNDS"); do
  run_raw "$FLUSH_MS" --viewers "$VIEWERS" >>"$WORK/bare"
  run_ours "$FLUSH_MS" --viewers "$VIEWERS" --path live/bench --protocol rtmp >>"$WORK/rtmp"
  run_ours "$FLUSH_MS" --viewers "$VIEWERS" --protocol ws >>"$WORK/ws"
  run_raw_tls >>"$WORK/bare-tls"
  run_ours "$FLUSH_MS" --viewers "$VIEWERS" --protocol https --joins 200 >>"$WORK/https"
  run_nginx >>"$WORK/nginx"
done
printf '%-16s %8s %8s %10s %10s %12s %12s\n' server s/GB 'core %' delivered stalls 'first p50' 'first p99'
for row in bare rtmp ws nginx bare-tls https; do
  printf '%-16s %8s %8s %10s %10s %12s %12s\n' "$row" "$(median_of "$WORK/$row" s_per_gb)" \
    "$(median_of "$WORK/$row" core_percent)" "$(least_of "$WORK/$row" delivered)" "$(worst_of "$WORK/$row" stalls)" \
    "$(median_of "$WORK/$row" first_p50_ms)" "$(median_of "$WORK/$row" first_p99_ms)"
done
bare=$(median_of "$WORK/bare" s_per_gb)
expect "RTMP play, x bare" "$(divide "$(median_of "$WORK/rtmp" s_per_gb)" "$bare")" '<=' 1.25
expect "WebSocket-FLV, x bare" "$(divide "$(median_of "$WORK/ws" s_per_gb)" "$bare")" '<=' 1.25
expect "HTTPS-FLV, x bare OpenSSL" \
  "$(divide "$(median_of "$WORK/https" s_per_gb)" "$(median_of "$WORK/bare-tls" s_per_gb)")" '<=' 1.2
for row in rtmp ws https; do
  expect "$row delivered/expected" "$(least_of "$WORK/$row" delivered)" '>=' 0.98
  expect "$row viewers with a gap over 1 s" "$(worst_of "$WORK/$row" stalls)" '==' 0
done
exit $FAILED
