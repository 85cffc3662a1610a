"""kill -9 in the middle of a sale, again and again: every acknowledged grab is there once, what was asked and not
answered is there once or not at all, and nothing is oversold.

    VITRINE_BIN=build/release/vitrine python3 tests/system/kill.py [CYCLES] [sqlite|postgres]
"""
import http.client
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time

from harness import Server, until
from postgres_test import Postgres, sign_in

TAPPERS = 4
LIMIT = 99    # of a buyer; then the next one taps
FRESH = 40    # grabs that a buyer must have left to begin with
UNITS = 1_000_000
SELLS_AT_LEAST_S = 0.05
SELLS_AT_MOST_S = 0.4


class Tapper:
    """Grabs over one kept connection, each tap with a key of its own, until the server is gone."""

    def __init__(self, number, sale, sku):
        self.buyer = None
        self.left = 0           # of the buyer's limit
        self.number = number
        self.path = f"/v1/flash-sales/{sale}"
        self.sku = sku
        self.taps = 0
        self.told = {}          # key -> order
        self.unanswered = None  # the key that was under way when the server was killed
        self.sold = threading.Event()

    def post(self, connection, path, body, key):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.buyer.cookies.items()),
                   "X-CSRF-Token": self.buyer.csrf, "Idempotency-Key": key, "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def take_buyer(self, server, owner, number):
        """The next buyer, unless this one still has enough; what is unanswered is asked by who tapped it."""
        if self.left < FRESH and self.unanswered is None:
            self.buyer = sign_in(server, owner, number)
            self.left = LIMIT

    def run(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            while True:
                status, admission = self.post(connection, f"{self.path}/admission", {}, "enter")
                if status >= 300:
                    continue
                if self.unanswered is None:
                    self.taps += 1
                    self.unanswered = f"tap-{self.number}-{self.taps}"
                status, answer = self.post(
                    connection, f"{self.path}/grabs",
                    {"token": admission["token"], "sku": self.sku, "quantity": 1,
                     "total": {"amount": 500, "currency": "CNY"}}, self.unanswered)
                limited = status == 409 and answer["slug"] == "shop.limit"
                assert status in (201, 503) or limited, answer
                if status == 201:
                    self.told[self.unanswered] = answer["order"]
                    self.left -= 1
                    self.sold.set()
                if status != 503:
                    self.unanswered = None
                if limited:
                    self.left = 0
                    return
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            connection.close()


def open_sale(owner):
    owner.call("POST", "/v1/rooms", {"room": "r", "title": "R", "host_name": "Host"})
    product = owner.call("POST", "/v1/products", {
        "name": "Mug", "description": "", "pictures": [],
        "variants": [{"name": "Red", "price": {"amount": 990, "currency": "CNY"}, "initial_stock": UNITS}]})
    sku = owner.call("GET", f"/v1/products/{product['product']}")["variants"][0]["sku"]
    sale = owner.call("POST", "/v1/shop/flash-sales", {
        "room": "r", "items": [{"sku": sku, "price": {"amount": 500, "currency": "CNY"}, "units": UNITS}],
        "starts_at_ms": None, "duration_s": 36_000, "preheat_s": 0, "open_delay_ms": 0, "per_buyer": LIMIT,
        "per_order": 1, "pay_minutes": 30})["sale"]
    owner.call("POST", f"/v1/shop/flash-sales/{sale}/start")
    return sale, sku


def check(tappers, rows, pool) -> None:
    """`rows`: order number -> key; `pool`: free, held, sold."""
    stored = {}
    for order, key in rows:
        assert key not in stored, f"{key} has two orders"
        stored[key] = order
    for tapper in tappers:
        for key, order in tapper.told.items():
            assert key in stored, f"{key} was acknowledged and is lost"
        unheard = {key for key in stored if key.startswith(f"tap-{tapper.number}-")} - set(tapper.told)
        assert unheard <= {tapper.unanswered}, f"orders nobody was told of: {unheard}"
    free, held, sold = pool
    assert free + held + sold == UNITS and held == len(rows), f"{pool} for {len(rows)} orders"


def sell_and_kill(cycle, flags, data, owner, tappers) -> float:
    """Seconds from the start of the program until it takes orders."""
    begun = time.monotonic()
    with Server(*flags, data=data) as server:
        took = time.monotonic() - begun
        owner.port = server.ports["http"]
        for tapper in tappers:
            tapper.take_buyer(server, owner, cycle * TAPPERS + tapper.number)
        threads = [threading.Thread(target=tapper.run, args=(server.ports["http"],)) for tapper in tappers]
        for tapper in tappers:
            tapper.sold.clear()
        for thread in threads:
            thread.start()
        assert all(tapper.sold.wait(30) for tapper in tappers), "it sells again"
        time.sleep(random.uniform(SELLS_AT_LEAST_S, SELLS_AT_MOST_S))
        server.kill()
        for thread in threads:
            thread.join()
    return took


def run_cycles(cycles: int, flags, data: str, ask) -> None:
    """`ask`: SQL to rows."""
    with Server(*flags, data=data) as server:
        owner = server.owner()
        sale, sku = open_sale(owner)
        tappers = [Tapper(number, sale, sku) for number in range(TAPPERS)]
        until("the sale", lambda: owner.call("GET", f"/v1/flash-sales/{sale}")["state"] == "open")
    starts = []
    for cycle in range(cycles):
        starts.append(sell_and_kill(cycle, flags, data, owner, tappers))
        check(tappers, ask("SELECT order_id, grab_key FROM {shop}orders"),
              ask("SELECT free, held, sold FROM {shop}pool WHERE kind = 1")[0])
    told = sum(len(tapper.told) for tapper in tappers)
    print(f"{cycles} kills, {told} grabs acknowledged, none lost, none twice; from start until it takes "
          f"orders: median {statistics.median(starts):.2f} s, longest {max(starts):.2f} s", flush=True)


def run_on(engine: str, cycles: int) -> None:
    with tempfile.TemporaryDirectory(prefix="vitrine-") as data:
        if engine == "postgres":
            with Postgres() as postgres:
                def ask(sql):
                    rows = [line.split("|") for line in postgres.ask(sql.format(shop="shop.")).splitlines()]
                    return [tuple(int(cell) if cell.isdigit() else cell for cell in row) for row in rows]
                run_cycles(cycles, ["--database", postgres.url], data, ask)
            return

        def ask(sql):
            file = sqlite3.connect(f"file:{data}/db/shop.sqlite?mode=ro", uri=True)
            try:
                return file.execute(sql.format(shop="")).fetchall()
            finally:
                file.close()
        run_cycles(cycles, [], data, ask)


if __name__ == "__main__":
    run_on(sys.argv[2] if len(sys.argv) > 2 else "sqlite", int(sys.argv[1]) if len(sys.argv) > 1 else 200)
