#!/bin/bash
# Durable flash-sale grabs a second on one SKU: in process and over HTTP with the load generator on the same
# cores, beside a bare single writer of the same rows and a naive transaction a grab. Rows are counted in the
# database afterwards.
#   SECONDS_EACH=3 WAITING=256 bench/flash_sale.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."
[ "${1:-}" = --quick ] && SECONDS_EACH=1
exec build/release/flash_sale_bench "${SECONDS_EACH:-3}" "${WAITING:-256}"
