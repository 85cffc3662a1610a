#!/bin/bash
# Durable flash-sale grabs a second on one SKU: in process and over HTTP with the load generator on the same
# cores, beside a bare single writer of the same rows and a naive transaction a grab; then the real program, with
# 200,000 signed-in buyers: grabs, the same at 70 %, and complete carts. Rows are counted in the database afterwards.
#   SECONDS_EACH=3 WAITING=256 bench/flash_sale.sh [--quick] [--engine sqlite|postgres]     both without --engine
set -euo pipefail
cd "$(dirname "$0")/.."
engines="sqlite postgres"
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) SECONDS_EACH=1 ;;
    --engine) engines="$2"; shift ;;
  esac
  shift
done
missed=0
for engine in $engines; do
  echo "on $engine:"
  build/release/flash_sale_bench "${SECONDS_EACH:-3}" "${WAITING:-256}" --engine "$engine" || missed=1
  python3 bench/shop/http.py "$engine" "${SECONDS_EACH:-3}" || missed=1
done
exit $missed
