"""A room as the real program runs it: who is put out sees nothing any more, by every way there is to watch; and
what is rehearsed sells nothing."""
import base64
import json
import os
import socket
import subprocess
import threading
import time
import unittest

from failure_test import PICTURE
from harness import RoomSocket, Server, until

CUT_S = 5.0
MONEY = {"amount": 500, "currency": "CNY"}


class Watching:
    """Reads a stream to its end in a thread of its own."""

    def __init__(self):
        self.bytes = 0
        self.ended_at = 0.0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self) -> "Watching":
        self.thread.start()
        until("the first bytes", lambda: self.bytes > 0)
        return self

    def run(self) -> None:
        try:
            while chunk := self.read():
                self.bytes += chunk
        except OSError:
            pass
        self.ended_at = time.monotonic()

    def read(self) -> int:
        raise NotImplementedError


class OverHttp(Watching):
    """HTTP-FLV, or WebSocket-FLV with the header that asks for it."""

    def __init__(self, server: Server, path: str, upgrade: bool):
        super().__init__()
        self.connection = socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        more = (f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                if upgrade else "")
        self.connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.ports['http']}\r\n{more}\r\n".encode())

    def read(self) -> int:
        return len(self.connection.recv(65536))

    def close(self) -> None:
        self.connection.close()


class OverRtmp(Watching):
    """ffmpeg as an RTMP player: what it writes is what it got."""

    def __init__(self, server: Server, query: str):
        super().__init__()
        self.player = subprocess.Popen(
            ["ffmpeg", "-v", "quiet", "-i", f"rtmp://127.0.0.1:{server.ports['rtmp']}/live/r{query}", "-c", "copy",
             "-flush_packets", "1", "-f", "mpegts", "-"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    def read(self) -> int:
        return len(os.read(self.player.stdout.fileno(), 65536))

    def close(self) -> None:
        self.player.kill()
        self.player.wait()
        self.player.stdout.close()


class InRoom(Watching):
    """A page's socket, and why it had to leave."""

    def __init__(self, client):
        super().__init__()
        self.room = RoomSocket(client, "r")
        self.why = ""

    def read(self) -> int:
        for event in self.room.events():
            if event["kind"] == "outside":
                self.why = event["why"]
        return 1

    def close(self) -> None:
        self.room.close()


class Rooms(unittest.TestCase):
    def setUp(self):
        self.server = Server("--set", "payments.sandbox=true")
        self.addCleanup(self.server.__exit__)
        self.owner = self.server.owner()
        self.owner.call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})

    def go_live(self):
        key = self.owner.call("POST", "/v1/streams/r/keys", {})["key"]
        publisher = self.server.publish("r", key)
        self.addCleanup(lambda: (publisher.kill(), publisher.wait(), publisher.stderr.close()))
        until("the stream is live", lambda: self.owner.call("GET", "/v1/streams/r")["state"] == "live")

    def guest(self):
        viewer = self.server.client()
        return viewer, viewer.call("GET", "/v1/me")["viewer"]["id"]

    def buyer(self, phone: str):
        buyer = self.server.client()
        buyer.call("POST", "/v1/buyers/codes", {"phone": phone, "consent": True})
        code = self.owner.call("GET", "/v1/staff/sms")["items"][0]["code"]
        buyer.call("POST", "/v1/buyers/sessions", {"phone": phone, "code": code, "consent": True})
        return buyer

    def product(self, **fields) -> dict:
        _, _, content = self.owner.raw("POST", "/v1/pictures", PICTURE,
                                       {"Content-Type": "image/webp", "Idempotency-Key": "picture-1"})
        picture = json.loads(content)["picture"]
        return self.owner.call("POST", "/v1/products", {
            "name": "Thing", "description": "A thing", "pictures": [picture], **fields,
            "variants": [{"name": "one", "price": {"amount": 990, "currency": "CNY"}, "initial_stock": 9}]})

    def order_of(self, product: dict, **fields) -> dict:
        sku = product["variants"][0]
        line = {"sku": sku["sku"], "quantity": 1, "price_version": sku["price_version"]}
        return {"room": "r", "lines": [line], "total": sku["price"], "address": None, **fields}

    def watch(self, viewer) -> list[Watching]:
        """By everything a page or a player can use, with the play token the page gets."""
        path = viewer.call("GET", "/v1/rooms/r")["flv_url"]
        query = path[path.index("?"):] if "?" in path else ""
        all_ways = [InRoom(viewer), OverHttp(self.server, path, False), OverHttp(self.server, path, True),
                    OverRtmp(self.server, query)]
        for way in all_ways:
            self.addCleanup(way.close)
        return [way.start() for way in all_ways]

    def expect_cut(self, ways: list[Watching], began: float, why: str):
        for way in ways:
            way.thread.join(CUT_S + 5)
            self.assertFalse(way.thread.is_alive(), f"{type(way).__name__} goes on")
            self.assertLess(way.ended_at - began, CUT_S, type(way).__name__)
        self.assertEqual(ways[0].why, why)
        print(f"{why}: cut after", ", ".join(f"{type(way).__name__} {way.ended_at - began:.1f} s" for way in ways))

    def test_who_is_put_out_sees_nothing_by_any_way_within_5_s(self):
        self.go_live()
        banned, account = self.guest()
        other, _ = self.guest()
        theirs, others = self.watch(banned), self.watch(other)
        began = time.monotonic()
        self.owner.call("POST", "/v1/rooms/r/sanctions",
                        {"kind": "ban", "scope": "room", "account": account, "minutes": 60, "reason": "fraud"})
        self.expect_cut(theirs, began, "banned")
        before = [way.bytes for way in others[1:]]
        until("the others go on", lambda: all(way.bytes > was + 20_000 for way, was in zip(others[1:], before)))
        self.assertEqual(others[0].ended_at, 0)
        began = time.monotonic()
        self.owner.call("PUT", "/v1/rooms/r/access", {"mode": "password", "password": "sesame", "trial_minutes": 0})
        self.expect_cut(others, began, "needs_password")

    def test_a_ticket_that_is_given_back_cuts_its_holder_by_every_way_within_5_s(self):
        ticket = self.product(needs_shipping=False)
        self.owner.call("PUT", "/v1/rooms/r/showcase", {"products": [ticket["product"]]})
        self.owner.call("PUT", "/v1/rooms/r/access",
                        {"mode": "ticket", "product": ticket["product"], "trial_minutes": 0})
        self.go_live()
        buyer = self.buyer("+8613800000009")
        self.assertEqual(buyer.call("GET", "/v1/rooms/r/entry")["state"], "needs_ticket")
        order = buyer.call("POST", "/v1/orders", self.order_of(ticket))["order"]
        payment = buyer.call("POST", f"/v1/orders/{order}/payments", {"provider": "sandbox"})["payment"]
        buyer.call("POST", f"/v1/sandbox/payments/{payment}", {"outcome": "succeed"})
        until("the ticket is paid", lambda: buyer.call("GET", "/v1/rooms/r/entry")["state"] == "inside")
        ways = self.watch(buyer)
        began = time.monotonic()
        self.owner.call("POST", f"/v1/shop/orders/{order}/cancel")
        self.expect_cut(ways, began, "needs_ticket")

    def test_a_rehearsal_sells_nothing_and_lets_nobody_in(self):
        product = self.product(needs_shipping=False)
        sku = product["variants"][0]["sku"]
        self.owner.call("PUT", "/v1/rooms/r/showcase", {"products": [product["product"]]})
        draft = {"room": "r", "items": [{"sku": sku, "price": MONEY, "units": 2}], "starts_at_ms": None,
                 "duration_s": 600, "preheat_s": 30, "open_delay_ms": 0, "per_buyer": 1, "per_order": 1,
                 "pay_minutes": 5}
        sale = self.owner.call("POST", "/v1/shop/flash-sales", draft)["sale"]
        later = self.owner.call("POST", "/v1/shop/flash-sales", draft)["sale"]
        self.owner.call("POST", f"/v1/shop/flash-sales/{sale}/start")
        buyer = self.buyer("+8613800000009")
        token = buyer.call("POST", f"/v1/flash-sales/{sale}/admission")["token"]
        session = self.owner.call("POST", "/v1/rooms/r/sessions", {"practice": True})["session"]
        stock = self.owner.call("GET", f"/v1/products/{product['product']}")["variants"][0]["stock"]
        grab = {"token": token, "sku": sku, "quantity": 1, "total": MONEY}
        for what, client, path, body in (
                ("an order", buyer, "/v1/orders", self.order_of(product)),
                ("a grab with a token from before", buyer, f"/v1/flash-sales/{sale}/grabs", grab),
                ("a new token", buyer, f"/v1/flash-sales/{sale}/admission", None),
                ("a sale that begins", self.owner, f"/v1/shop/flash-sales/{later}/start", None)):
            status, answer = client.try_call("POST", path, body)
            self.assertEqual((status, answer.get("slug")), (409, "shop.practice"), what)
        self.assertEqual(buyer.call("GET", "/v1/rooms/r/entry")["state"], "practice")
        now = self.owner.call("GET", f"/v1/products/{product['product']}")["variants"][0]["stock"]
        self.assertEqual(now, stock, "real stock is as it was")
        self.owner.call("POST", f"/v1/sessions/{session}/end")
        self.assertTrue(buyer.call("POST", f"/v1/flash-sales/{sale}/grabs", grab)["order"])


if __name__ == "__main__":
    unittest.main()
