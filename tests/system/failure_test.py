"""One failing module stops no other; what was acknowledged survives kill -9."""
import json
import os
import pathlib
import sqlite3
import subprocess
import unittest

from harness import Server, run, until

PICTURE = (pathlib.Path(__file__).resolve().parent.parent.parent / "assets/demo_pictures/mug.webp").read_bytes()


def sign_in(server: Server, owner, phone: str):
    """A buyer with an address, through the sandbox's SMS."""
    buyer = server.client()
    buyer.call("POST", "/v1/buyers/codes", {"phone": phone, "consent": True})
    code = next(m for m in owner.call("GET", "/v1/staff/sms")["items"] if m["phone_masked"][-2:] == phone[-2:])["code"]
    buyer.call("POST", "/v1/buyers/sessions", {"phone": phone, "code": code, "consent": True})
    address = buyer.call("POST", "/v1/addresses", {"name": "李雷", "phone": phone, "region": "上海市 徐汇区",
                                                   "line": "漕溪北路 1 号", "is_default": True})
    return buyer, address["address"]


def make_shop(server: Server, owner, stock: int = 5):
    """A room with one product on its showcase; the product as the API shows it."""
    owner.call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})
    _, _, content = owner.raw("POST", "/v1/pictures", PICTURE,
                              {"Content-Type": "image/webp", "Idempotency-Key": "picture"})
    picture = json.loads(content)["picture"]
    product = owner.call("POST", "/v1/products", {
        "name": "Mug", "description": "", "pictures": [picture],
        "variants": [{"name": "Red", "price": {"amount": 990, "currency": "CNY"}, "initial_stock": stock}]})
    owner.call("PUT", "/v1/rooms/r/showcase", {"products": [product["product"]]})
    return product


def order_body(product, address, quantity=1):
    sku = product["variants"][0]
    return {"room": "r", "lines": [{"sku": sku["sku"], "quantity": quantity, "price_version": sku["price_version"]}],
            "total": {"amount": sku["price"]["amount"] * quantity, "currency": "CNY"}, "address": address}


def free_stock(server: Server) -> int:
    showcase = server.client().call("GET", "/v1/rooms/r/showcase")
    return showcase["items"][0]["variants"][0]["stock"]["free"]


class KillAndRestart(unittest.TestCase):
    def test_kill_9_keeps_order_and_stock_and_a_replay_gives_the_same_order(self):
        with Server() as server:
            owner = server.owner()
            product = make_shop(server, owner)
            buyer, address = sign_in(server, owner, "+8613800000001")
            body = order_body(product, address)
            order = buyer.call("POST", "/v1/orders", body, key="tap-1")
            self.assertEqual(free_stock(server), 4)
            server.kill()
            with Server(data=server.data) as again:
                buyer.port = again.ports["http"]
                self.assertEqual(free_stock(again), 4)
                self.assertEqual(buyer.call("POST", "/v1/orders", body, key="tap-1")["order"], order["order"])
                self.assertEqual(free_stock(again), 4)
                listed = buyer.call("GET", "/v1/orders")["items"]
                self.assertEqual([o["order"] for o in listed], [order["order"]])

    def test_control_events_arrive_exactly_once_over_kill_9(self):
        with Server() as server:
            owner = server.owner()
            product = make_shop(server, owner)["product"]
            viewer = server.client()
            viewer.call("GET", "/v1/me")
            seen: list[tuple[int, int]] = []
            shown = 0
            data, current = server.data, server
            servers = [server]
            position = ""
            for round_number in range(6):
                room = viewer.socket("r", position)
                first = room.events()
                for event in first:
                    if event["kind"] in ("product_shown", "product_hidden"):
                        seen.append((event["epoch"], event["seq"]))
                for _ in range(3):
                    owner.call("POST", "/v1/rooms/r/now-showing", {"product": product, "playhead": None})
                    owner.call("DELETE", "/v1/rooms/r/now-showing")
                    shown += 2
                    if round_number % 2 == 0:  # read what this round sent; else leave it for the resume
                        for kind in ("product_shown", "product_hidden"):
                            event = room.next(kind)
                            seen.append((event["epoch"], event["seq"]))
                last = seen[-1] if seen else (first[0]["epoch"], first[0]["seq"])
                position = f"?epoch={last[0]}&seq={last[1]}"
                room.close()
                current.kill()
                current = Server(data=data)
                servers.append(current)
                viewer.port = owner.port = current.ports["http"]

            def complete():
                room = viewer.socket("r", position)
                events = room.events()
                while not any(e["kind"] in ("snapshot", "resumed") for e in events):
                    events = room.events()
                room.connection.settimeout(1)
                try:
                    while True:
                        events += room.events()
                except OSError:
                    room.close()
                return [(e["epoch"], e["seq"]) for e in events if e["kind"] in ("product_shown", "product_hidden")]

            missed = until("the last events", lambda: (m := complete()) and len(seen) + len(m) >= shown and m or
                           (len(seen) >= shown and [None]))
            everything = seen + [m for m in missed if m]
            self.assertEqual(len(everything), shown)
            self.assertEqual(len(set(everything)), shown)
            for other in servers[1:]:
                other.kill()


class FailingShop(unittest.TestCase):
    def with_picture(self, server: Server, owner) -> subprocess.Popen:
        key = owner.call("POST", "/v1/streams/r/keys", {})["key"]
        publisher = server.publish("r", key)
        until("the stream is live", lambda: owner.call("GET", "/v1/streams/r")["state"] == "live")
        return publisher

    def picture_and_chat_go_on(self, server: Server) -> None:
        talker = server.client()
        talker.call("GET", "/v1/me")
        room = talker.socket("r")
        room.next("snapshot")
        room.send({"kind": "chat", "ref": "1", "text": "still here"})
        self.assertEqual(room.next("chat")["text"], "still here")
        room.close()
        probe = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0",
             f"http://127.0.0.1:{server.ports['http']}/live/r.flv"], capture_output=True, text=True, timeout=30)
        self.assertEqual(sorted(probe.stdout.split()), ["aac", "h264"])

    def stop(self, publisher: subprocess.Popen) -> None:
        publisher.kill()
        publisher.wait()
        publisher.stderr.close()

    def test_a_planted_negative_stock_fences_the_shop_and_nothing_else(self):
        with Server() as server:
            owner = server.owner()
            product = make_shop(server, owner)
            buyer, address = sign_in(server, owner, "+8613800000002")
            server.interrupt()
            with sqlite3.connect(os.path.join(server.data, "db/shop.sqlite")) as database:
                database.execute("PRAGMA ignore_check_constraints = 1")
                changed = database.execute("UPDATE pool SET free = -1").rowcount
                self.assertGreater(changed, 0)
            with Server(data=server.data) as again:
                owner.port = buyer.port = again.ports["http"]
                publisher = self.with_picture(again, owner)
                try:
                    def fenced():
                        status, problem = buyer.try_call("POST", "/v1/orders", order_body(product, address))
                        return status == 503 and problem["slug"] == "shop.fenced"

                    until("the shop is fenced", fenced)
                    self.assertEqual(again.ops("/readyz")[0], 503)
                    shop = next(m for m in again.ready()["modules"] if m["name"] == "shop")
                    self.assertIn("fenced", shop["reason"])
                    self.assertEqual(buyer.try_call("GET", "/v1/orders")[0], 200)
                    doctor = run("doctor", "--data", server.data)
                    self.assertIn("fenced", doctor.stdout)
                    self.picture_and_chat_go_on(again)
                finally:
                    self.stop(publisher)

    def test_a_shop_database_that_cannot_be_written_stops_orders_and_nothing_else(self):
        with Server() as server:
            owner = server.owner()
            product = make_shop(server, owner)
            buyer, address = sign_in(server, owner, "+8613800000003")
            publisher = self.with_picture(server, owner)
            try:
                # Another writer that never lets go: root ignores file modes, but not locks.
                blocker = sqlite3.connect(os.path.join(server.data, "db/shop.sqlite"), isolation_level=None)
                blocker.execute("BEGIN IMMEDIATE")
                status, problem = buyer.try_call("POST", "/v1/orders", order_body(product, address))
                self.assertEqual(status, 503, problem)
                until("readyz names the shop", lambda: any(
                    m["name"] == "shop" and m["state"] != "ready" for m in server.ready()["modules"]))
                self.assertIn("shop", run("doctor", "--data", server.data).stdout)
                self.picture_and_chat_go_on(server)
                blocker.execute("ROLLBACK")
                blocker.close()
                until("orders are taken again", lambda: buyer.try_call(
                    "POST", "/v1/orders", order_body(product, address))[0] == 201)
            finally:
                self.stop(publisher)


if __name__ == "__main__":
    unittest.main()
