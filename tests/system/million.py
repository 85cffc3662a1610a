"""A restart with a million grabbed orders in the file: how long until the program takes the next one.

    VITRINE_BIN=build/release/vitrine python3 tests/system/million.py [ORDERS]
"""
import sqlite3
import sys
import tempfile
import time

from harness import Server, until
from kill import UNITS, open_sale
from postgres_test import grab, sign_in

AIM_S = 1.0


def plant(data: str, orders: int) -> None:
    """As many rows as if each were grabbed: the order, and the pool and its movement in one step."""
    file = sqlite3.connect(f"{data}/db/shop.sqlite")
    columns = [row[1] for row in file.execute("PRAGMA table_info(orders)")]
    other = {"order_id": "order_id + at", "buyer": "buyer + at", "grab_key": "'planted-' || at"}
    chosen = ", ".join(other.get(name, name) for name in columns)
    file.execute(f"WITH RECURSIVE n(at) AS (VALUES (1) UNION ALL SELECT at + 1 FROM n WHERE at < {orders}) "
                 f"INSERT INTO orders ({', '.join(columns)}) SELECT {chosen} FROM "
                 f"(SELECT * FROM orders WHERE sale IS NOT NULL LIMIT 1), n")
    file.execute("UPDATE pool SET free = free - ?, held = held + ?, version = version + 1 WHERE kind = 1",
                 (orders, orders))
    file.execute("INSERT INTO movement (shop_id, pool, n, kind, quantity, free_change, held_change, sold_change, owner, "
                 "reason, actor, at_ms) SELECT shop_id, pool, version, 2, ?, 0 - ?, ?, 0, 0, 'grabbed', 'buyers', 1 "
                 "FROM pool WHERE kind = 1", (orders, orders, orders))
    file.commit()
    file.close()


def main(orders: int) -> None:
    with tempfile.TemporaryDirectory(prefix="vitrine-") as data:
        with Server(data=data) as server:
            owner = server.owner()
            sale, sku = open_sale(owner)
            buyers = [sign_in(server, owner, number) for number in range(4)]
            until("the first order", lambda: grab(buyers[0], sale, sku)[0] == 201)
            assert server.interrupt() == 0
        plant(data, orders)
        took = []
        for buyer in buyers[1:]:
            begun = time.monotonic()
            with Server(data=data) as server:
                buyer.port = server.ports["http"]
                until("an order", lambda: grab(buyer, sale, sku)[0] == 201)
                took.append(time.monotonic() - begun)
                server.kill()
    verdict = "ok" if min(took) <= AIM_S else "MISSED"
    print(f"{orders} orders in the file: from start to the next order "
          f"{', '.join(f'{seconds:.2f}' for seconds in took)} s  aim {AIM_S} s  {verdict}", flush=True)
    sys.exit(0 if verdict == "ok" else 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else UNITS - 1_000)
