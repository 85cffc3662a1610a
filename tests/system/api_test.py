"""openapi.json says what the server answers: every operation is called and its answer checked."""
import json
import pathlib
import time
import unittest

from failure_test import PICTURE
from harness import ROOT, Client, Server, run, until
from openapi import Document

# Operations whose answers are not JSON documents (sockets, streams, pages, bytes), and the notices that
# only a payment provider can sign.
NOT_JSON = {"openRoomSocket", "playFlv", "getPicture", "sandboxCashier", "sandboxCashierChoice", "openapi",
            "takePaymentNotice", "exportCouponClaims",
            "exportOrders", "exportProducts"}


class Checked(Client):
    """A client whose every answer is held against the document."""

    def __init__(self, port: int, document: Document):
        super().__init__(port)
        self.document = document

    def try_call(self, method, path, body=None, key=None):
        status, answer = super().try_call(method, path, body, key)
        self.document.check(method, path, status, answer)
        return status, answer


class Api(unittest.TestCase):
    def test_the_document_in_the_tree_is_what_the_code_declares(self):
        printed = json.loads(run("openapi").stdout)
        self.assertEqual(printed, json.loads((ROOT / "docs/openapi.json").read_text()),
                         "run: build/dev/vitrine openapi > docs/openapi.json")

    def test_every_operation_answers_what_it_declares(self):
        with Server("--set", "payments.sandbox=true", "--set", "payments.manual=true",
                    "--set", "rooms.chat_burst=100") as server:
            self.document = Document(json.loads(server.client().raw("GET", "/openapi.json")[2]))
            link = next(w for w in server.read_output().split() if "/console/claim?token=" in w)
            self.owner = Checked(server.ports["http"], self.document)
            self.owner.call("POST", "/v1/owner-claim", {"token": link.split("token=")[1], "name": "owner",
                                                        "password": "correct horse battery"})
            self.staff(server)
            self.rooms_and_streams(server)
            product = self.products(server)
            buyer, address = self.buyer(server)
            self.orders(buyer, address, product)
            self.coupons(buyer)
            self.flash_sales(buyer, product)
            self.ends(buyer, address, product)
            missing = self.document.operations() - self.document.called - NOT_JSON
            self.assertEqual(missing, set(), "these operations were never called with success")

    def staff(self, server):
        owner = self.owner
        owner.call("GET", "/v1/me")
        owner.call("GET", "/v1/status")
        owner.call("GET", "/v1/capabilities")
        owner.call("PUT", "/v1/capabilities", {"selling": True, "chat": True})
        made = owner.call("POST", "/v1/staff/users", {"name": "mei", "role": "host"})
        owner.call("GET", "/v1/staff/users")
        owner.call("PATCH", f"/v1/staff/users/{made['user']}", {"role": "moderator"})
        mei = Checked(server.ports["http"], self.document)
        mei.call("POST", "/v1/staff/sessions", {"name": "mei", "password": made["one_time_password"]})
        mei.call("PUT", "/v1/staff/password", {"current": made["one_time_password"], "new": "another long secret"})
        sessions = owner.call("GET", "/v1/staff/sessions")["items"]
        self.assertEqual(sum(s["current"] for s in sessions), 1)
        other = Checked(server.ports["http"], self.document)
        other.call("POST", "/v1/staff/sessions", {"name": "owner", "password": "correct horse battery"})
        ended = next(s for s in owner.call("GET", "/v1/staff/sessions")["items"] if not s["current"])
        owner.call("DELETE", f"/v1/staff/sessions/{ended['session']}")
        mei.call("DELETE", "/v1/staff/sessions/current")

    def rooms_and_streams(self, server):
        owner = self.owner
        owner.call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})
        owner.call("GET", "/v1/rooms")
        owner.call("GET", "/v1/rooms/r")
        owner.call("PATCH", "/v1/rooms/r", {"title": "New title"})
        key = owner.call("POST", "/v1/streams/r/keys", {})
        key = owner.call("POST", f"/v1/streams/r/keys/{key['key_id']}/rotation", {"overlap_s": 0})
        owner.call("GET", "/v1/streams/r/keys")
        owner.call("PUT", "/v1/streams/r/access",
                   {"play": "open", "referers": {"allow": [], "deny": ["*.leech.example"], "empty": True}})
        owner.call("GET", "/v1/streams/r/access")
        owner.call("POST", "/v1/streams/r/play-tokens", {"expires_in_s": 60})
        owner.call("POST", "/v1/play-tokens/rotation")
        hook = owner.call("POST", "/v1/webhooks", {"url": "https://hooks.invalid/vitrine"})["webhook"]
        owner.call("GET", "/v1/webhooks")
        owner.call("PATCH", f"/v1/webhooks/{hook}", {"new_secret": True, "enabled": False})
        owner.call("GET", f"/v1/webhooks/{hook}/deliveries")
        owner.call("DELETE", f"/v1/webhooks/{hook}")
        pull = owner.call("POST", "/v1/pulls", {"stream": "pulled", "url": "rtmp://relay.invalid/live/x"})["pull_id"]
        owner.call("GET", "/v1/pulls")
        self.assertEqual(owner.call("PATCH", f"/v1/pulls/{pull}", {"paused": True})["state"], "paused")
        owner.call("DELETE", f"/v1/pulls/{pull}")
        session = owner.call("POST", "/v1/rooms/r/sessions", {"title": "Tonight"})["session"]
        owner.call("PATCH", f"/v1/sessions/{session}", {"title": "Tonight at eight"})
        publisher = server.publish("r", key["key"], seconds=120)
        try:
            until("the stream is live", lambda: owner.call("GET", "/v1/streams/r")["state"] == "live")
            owner.call("GET", "/v1/streams")
            owner.call("GET", "/v1/streams/r/viewers")
            until("the session has its picture",
                  lambda: owner.call("GET", f"/v1/sessions/{session}")["state"] == "preview")
            self.assertEqual(owner.call("POST", f"/v1/sessions/{session}/go-live")["state"], "live")
            owner.call("GET", f"/v1/sessions/{session}/timeline")
            self.assertEqual(owner.call("POST", f"/v1/sessions/{session}/end")["state"], "ended")
            owner.call("GET", "/v1/rooms/r/sessions")
            owner.call("POST", "/v1/streams/r/kick", {"whom": "publisher"})
        finally:
            publisher.kill()
            publisher.wait()
            publisher.stderr.close()
        owner.call("DELETE", f"/v1/streams/r/keys/{key['key_id']}")
        talker = Checked(server.ports["http"], self.document)
        me = talker.call("GET", "/v1/me")
        talker.call("PATCH", "/v1/me", {"name": "路人甲"})
        room = talker.socket("r")
        room.next("snapshot")
        room.send({"kind": "chat", "ref": "1", "text": "hello"})
        message = room.next("chat")
        self.order(room, talker, message["id"], me["viewer"]["id"])
        self.polls(talker)
        self.questions(talker)
        self.access(server)
        room.close()

    def polls(self, talker):
        owner = self.owner
        path = "/v1/polls/" + owner.call("POST", "/v1/rooms/r/polls",
                                         {"question": "Which next?", "options": ["Mug", "Plate"]})["poll"]
        owner.call("GET", "/v1/rooms/r/polls")
        owner.call("POST", f"{path}/open")
        self.assertEqual(talker.call("PUT", f"{path}/vote", {"option": 1})["mine"], 1)
        talker.call("GET", path)
        self.assertEqual(owner.call("POST", f"{path}/close")["counts"], [0, 1])

    def questions(self, talker):
        owner = self.owner
        self.assertTrue(owner.call("PUT", "/v1/rooms/r/questions/desk", {"open": True})["open"])
        asked = [talker.call("POST", "/v1/rooms/r/questions", {"text": text})["question"]
                 for text in ("Does it fit?", "Which colours are there?")]
        self.assertEqual(len(owner.call("GET", "/v1/rooms/r/questions/desk")["waiting"]), 2)
        path = f"/v1/questions/{asked[0]}"
        owner.call("POST", f"{path}/show")
        owner.call("PUT", f"{path}/pin", {"pinned": True})
        owner.call("POST", f"{path}/answer", {"answer": "Yes."})
        seen = talker.call("GET", "/v1/rooms/r/questions")
        self.assertEqual([one["answer"] for one in seen["items"]], ["Yes."])
        self.assertIsNone(seen["items"][0].get("account"))
        self.assertEqual(owner.call("POST", f"/v1/questions/{asked[1]}/close")["state"], "closed")

    def order(self, room, talker, message, account):
        owner = self.owner
        talker.call("GET", "/v1/rooms/r/entry")
        talker.call("POST", "/v1/rooms/r/reports", {"message": message, "reason": "spam"})
        owner.call("GET", "/v1/rooms/r/reports")
        owner.call("POST", f"/v1/rooms/r/reports/{message}/close", {"outcome": "removed"})
        owner.call("DELETE", f"/v1/rooms/r/messages/{message}")
        rules = owner.call("GET", "/v1/rooms/r/chat-rules")
        owner.call("PUT", "/v1/rooms/r/chat-rules", {**rules, "review": "before", "words": ["spam"]})
        for ref, act in (("2", "approve"), ("3", "drop")):
            room.send({"kind": "chat", "ref": ref, "text": f"line {ref}"})
            held = room.next("held")["id"]
            owner.call("GET", "/v1/rooms/r/held")
            if act == "approve":
                owner.call("POST", f"/v1/rooms/r/held/{held}/approve")
            else:
                owner.call("DELETE", f"/v1/rooms/r/held/{held}")
        owner.call("GET", "/v1/rooms/r/desk")
        owner.call("POST", "/v1/rooms/r/sanctions",
                   {"kind": "mute", "scope": "room", "account": account, "minutes": 5, "reason": "noise"})
        owner.call("GET", "/v1/rooms/r/sanctions")
        owner.call("DELETE", f"/v1/rooms/r/sanctions/{account}/mute")
        helper = next(u for u in owner.call("GET", "/v1/staff/users")["items"] if u["name"] == "mei")["user"]
        owner.call("PUT", f"/v1/rooms/r/roles/{helper}", {"role": "assistant", "name": "mei"})
        owner.call("GET", "/v1/rooms/r/roles")
        owner.call("DELETE", f"/v1/rooms/r/roles/{helper}")

    def access(self, server):
        owner = self.owner
        owner.call("GET", "/v1/rooms/r/access")
        owner.call("PUT", "/v1/rooms/r/access", {"mode": "invite", "trial_minutes": 0})
        code = owner.call("POST", "/v1/rooms/r/invites", {"label": "press", "uses_max": 1})["code"]
        viewer = Checked(server.ports["http"], self.document)
        viewer.call("GET", "/v1/me")
        self.assertEqual(viewer.call("GET", "/v1/rooms/r/entry")["state"], "needs_invite")
        self.assertEqual(viewer.call("POST", "/v1/rooms/r/entry", {"code": code})["state"], "inside")
        owner.call("GET", "/v1/rooms/r/invites")
        owner.call("DELETE", f"/v1/rooms/r/invites/{code}")
        owner.call("PUT", "/v1/rooms/r/access", {"mode": "open", "trial_minutes": 0})
        hook = {"enabled": False, "url": "https://check.example/lines", "timeout_ms": 500, "fallback": "hold"}
        self.assertEqual(len(owner.call("PUT", "/v1/review-hook", hook)["secret"]), 64)
        self.assertEqual(owner.call("GET", "/v1/review-hook")["fallback"], "hold")

    def products(self, server):
        owner = self.owner
        status, _, content = owner.raw("POST", "/v1/pictures", PICTURE,
                                       {"Content-Type": "image/webp", "Idempotency-Key": "picture-1"})
        picture = json.loads(content)
        self.document.check("POST", "/v1/pictures", status, picture)
        variants = [{"name": "Red", "price": {"amount": 990, "currency": "CNY"}, "initial_stock": 9}]
        product = owner.call("POST", "/v1/products", {"name": "Mug", "description": "Holds tea",
                                                      "pictures": [picture["picture"]], "variants": variants})
        owner.call("GET", "/v1/products?q=Mug")
        owner.call("GET", "/v1/categories")
        product = owner.call("GET", f"/v1/products/{product['product']}")
        sku = product["variants"][0]
        product = owner.call("PUT", f"/v1/products/{product['product']}", {
            "name": "Big mug", "description": "Holds more tea", "pictures": [picture["picture"]],
            "variants": [{"sku": sku["sku"], "name": "Red", "price": {"amount": 1090, "currency": "CNY"}}],
            "version": product["version"]})
        owner.call("POST", f"/v1/skus/{sku['sku']}/stock", {"change": 3, "reason": "found three more"})
        owner.call("PUT", "/v1/rooms/r/showcase", {"products": [product["product"]]})
        self.prices(product)
        self.hidden_price(server, product)
        self.files()
        owner.call("GET", "/v1/rooms/r/showcase")
        owner.call("GET", f"/v1/offers/{product['product']}")
        owner.call("POST", "/v1/rooms/r/now-showing", {"product": product["product"], "playhead": None})
        owner.call("DELETE", "/v1/rooms/r/now-showing")
        return product

    def prices(self, product):
        owner = self.owner
        path = f"/v1/products/{product['product']}/prices"
        draft = {"sku": product["variants"][0]["sku"], "kind": "member", "tier": 3, "label": "",
                 "price": {"amount": 700, "currency": "CNY"}}
        number = owner.call("POST", path, draft)["items"][0]["number"]
        self.assertEqual(owner.call("GET", path)["items"][0]["in_force"], True)
        shown = owner.call("GET", "/v1/rooms/r/showcase")["items"][0]["variants"][0]
        self.assertEqual((shown["price"]["amount"], shown["list_price"]), (1090, None), "guests see no member price")
        owner.call("DELETE", f"{path}/{number}")

    def hidden_price(self, server, product):
        owner = self.owner
        viewer = Checked(server.ports["http"], self.document)
        viewer.call("GET", "/v1/me")
        owner.call("POST", f"/v1/products/{product['product']}/hide-price")
        card = viewer.call("GET", "/v1/rooms/r/showcase")["items"][0]
        self.assertEqual((card["price_hidden"], card["variants"][0]["price"]), (True, None))
        self.assertIsNone(viewer.call("GET", f"/v1/offers/{product['product']}")["variants"][0]["price"])
        self.assertEqual(owner.call("GET", "/v1/rooms/r/showcase")["items"][0]["variants"][0]["price"]["amount"], 1090)
        sku = product["variants"][0]["sku"]
        status, refused = viewer.try_call("PUT", f"/v1/cart/lines/{sku}", {"quantity": 1})
        self.assertEqual((status, refused["slug"]), (409, "shop.price_hidden"))
        for _ in range(2):
            owner.call("POST", "/v1/rooms/r/open-price", {"product": product["product"], "playhead": None})
        card = viewer.call("GET", "/v1/rooms/r/showcase")["items"][0]
        self.assertEqual((card["price_hidden"], card["variants"][0]["price"]["amount"]), (False, 1090))

    def files(self):
        owner = self.owner
        status, headers, rows = owner.raw("GET", "/v1/products.csv")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertIn("Big mug", rows.decode())
        bad = b"name,price\nSpoon,cheap\n"
        for number, (body, query) in enumerate([(bad, ""), (rows, "?dry_run=true"), (rows, "")]):
            sent = {"Content-Type": "text/csv", "Idempotency-Key": f"import-{number}"}
            status, _, content = owner.raw("POST", f"/v1/products/import{query}", body, sent)
            report = json.loads(content)
            self.document.check("POST", "/v1/products/import", status, report)
            self.assertEqual((report["written"], report["faults_total"]), (number == 2, int(number == 0)))

    def buyer(self, server):
        buyer = Checked(server.ports["http"], self.document)
        buyer.call("POST", "/v1/buyers/codes", {"phone": "+8613800000009", "consent": True})
        code = self.owner.call("GET", "/v1/staff/sms")["items"][0]["code"]
        buyer.call("POST", "/v1/buyers/sessions", {"phone": "+8613800000009", "code": code, "consent": True})
        fields = {"name": "韩梅梅", "phone": "+8613800000009", "region": "北京市 海淀区", "line": "中关村大街 1 号",
                  "is_default": True}
        address = buyer.call("POST", "/v1/addresses", fields)["address"]
        buyer.call("PUT", f"/v1/addresses/{address}", {**fields, "line": "中关村大街 2 号"})
        buyer.call("GET", "/v1/addresses")
        buyer.call("GET", "/v1/rooms/r/follow")
        self.assertEqual(buyer.call("PUT", "/v1/rooms/r/follow")["followers"], 1)
        self.assertFalse(buyer.call("DELETE", "/v1/rooms/r/follow")["following"])
        known = self.owner.call("GET", "/v1/buyers?q=13800000009")["items"][0]
        self.owner.call("PUT", f"/v1/buyers/{known['buyer']}/tier", {"tier": 2})
        return buyer, address

    def place(self, buyer, address, product, key):
        sku = product["variants"][0]
        lines = [{"sku": sku["sku"], "quantity": 1, "price_version": sku["price_version"]}]
        body = {"room": "r", "lines": lines, "total": sku["price"], "address": address}
        return buyer.call("POST", "/v1/orders", body, key=key)["order"]

    def orders(self, buyer, address, product):
        owner = self.owner
        sku = product["variants"][0]["sku"]
        buyer.call("PUT", f"/v1/cart/lines/{sku}", {"quantity": 2})
        buyer.call("GET", "/v1/cart")
        buyer.call("GET", "/v1/payment-providers")
        line = {"sku": sku, "quantity": 1, "price_version": product["variants"][0]["price_version"]}
        buyer.call("POST", "/v1/orders/quote", {"lines": [line]})
        paid = self.place(buyer, address, product, "order-1")
        buyer.call("PUT", f"/v1/orders/{paid}/address", {"address": address})
        payment = buyer.call("POST", f"/v1/orders/{paid}/payments", {"provider": "sandbox"})["payment"]
        buyer.call("POST", f"/v1/sandbox/payments/{payment}", {"outcome": "succeed"})
        until("the order is paid", lambda: buyer.call("GET", f"/v1/orders/{paid}")["state"] == "paid")
        buyer.call("GET", "/v1/orders")
        owner.call("GET", "/v1/shop/orders?state=paid")
        owner.call("PUT", f"/v1/shop/orders/{paid}/note", {"note": "gift wrap"})
        owner.call("POST", f"/v1/shop/orders/{paid}/ship", {"carrier": "SF", "tracking": "SF1234567",
                                                            "lines": [{"line": 0, "quantity": 1}]})
        package = f"/v1/shop/orders/{paid}/packages/1"
        owner.call("PUT", package, {"carrier": "SF", "tracking": "SF7654321"})
        owner.call("POST", f"{package}/track", {"state": "delivered", "text": "at the door"})
        status, headers, rows = owner.raw("GET", "/v1/shop/orders.csv?q=SF7654321")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertIn(paid, rows.decode())
        self.assertEqual(owner.raw("GET", "/v1/shop/orders.csv?personal=true")[0], 400)
        self.assertEqual(buyer.raw("GET", "/v1/shop/orders.csv")[0], 401)
        self.assertEqual(owner.call("GET", f"/v1/shop/orders/{paid}")["state"], "shipped")
        buyer.call("POST", f"/v1/orders/{paid}/complete")
        manual = self.place(buyer, address, product, "order-2")
        buyer.call("POST", f"/v1/orders/{manual}/payments", {"provider": "manual"})
        owner.call("POST", f"/v1/shop/orders/{manual}/confirm-payment")
        self.assertEqual(buyer.call("GET", f"/v1/orders/{manual}")["state"], "paid")
        owner.call("POST", f"/v1/shop/orders/{manual}/ship", {"carrier": "SF", "tracking": "SF7654321"})
        owner.call("POST", f"/v1/shop/orders/{manual}/complete")
        for number, (who, path) in enumerate([(buyer, "/v1/orders/{}/cancel"), (owner, "/v1/shop/orders/{}/cancel")]):
            order = self.place(buyer, address, product, f"order-{3 + number}")
            who.call("POST", path.format(order))
            self.assertEqual(buyer.call("GET", f"/v1/orders/{order}")["state"], "closed")

    def coupons(self, buyer):
        owner = self.owner
        now = int(time.time() * 1000)
        draft = {"name": "Welcome", "room": "r", "kind": "amount", "amount": {"amount": 100, "currency": "CNY"},
                 "scope": "shop", "quota": 10, "per_buyer": 1, "claim_from_ms": now - 60_000,
                 "claim_to_ms": now + 3_600_000, "use_within_hours": 24}
        coupon = owner.call("POST", "/v1/shop/coupons", draft)["coupon"]
        path = f"/v1/shop/coupons/{coupon}"
        owner.call("GET", "/v1/shop/coupons")
        owner.call("POST", f"{path}/pause")
        owner.call("POST", f"{path}/resume")
        buyer.call("GET", "/v1/rooms/r/coupons")
        buyer.call("POST", f"/v1/coupons/{coupon}/claim")
        self.assertEqual(len(buyer.call("GET", "/v1/coupons/mine")["items"]), 1)
        self.assertEqual(owner.call("GET", path)["left"], 9)
        owner.call("POST", "/v1/rooms/r/coupon-drops", {"coupon": coupon, "seconds": 60})
        owner.call("DELETE", f"/v1/rooms/r/coupon-drops/{coupon}")
        owner.call("POST", f"{path}/end")
        owner.call("POST", "/v1/shop/bills", {"provider": "sandbox", "day_ms": now})
        owner.call("GET", "/v1/shop/bills")

    def flash_sales(self, buyer, product):
        owner = self.owner
        sku = product["variants"][0]["sku"]
        draft = {"room": "r", "items": [{"sku": sku, "price": {"amount": 500, "currency": "CNY"}, "units": 2}],
                 "starts_at_ms": None, "duration_s": 600, "preheat_s": 30, "open_delay_ms": 0, "per_buyer": 1,
                 "per_order": 1, "pay_minutes": 5}
        for number in range(3):
            sale = owner.call("POST", "/v1/shop/flash-sales", draft, key=f"sale-{number}")["sale"]
            path = f"/v1/shop/flash-sales/{sale}"
            if number == 0:
                owner.call("DELETE", path)
            if number == 1:
                start = owner.call("GET", path)["server_time_ms"] + 3_600_000
                owner.call("PUT", path, {**draft, "starts_at_ms": start})
                self.assertEqual(owner.call("POST", f"{path}/schedule")["state"], "scheduled")
                owner.call("POST", f"{path}/stop")
        self.assertEqual(owner.call("POST", f"{path}/start")["state"], "open")
        owner.call("POST", f"{path}/pause")
        owner.call("POST", f"{path}/resume")
        owner.call("GET", "/v1/shop/flash-sales")
        owner.call("GET", "/v1/rooms/r/flash-sales")
        buyer.call("GET", f"/v1/flash-sales/{sale}")
        token = buyer.call("POST", f"/v1/flash-sales/{sale}/admission")["token"]
        grab = buyer.call("POST", f"/v1/flash-sales/{sale}/grabs",
                          {"token": token, "sku": sku, "quantity": 1, "total": {"amount": 500, "currency": "CNY"}},
                          key="grab-1")
        self.assertEqual(buyer.call("GET", f"/v1/flash-sales/{sale}/mine")["order"], grab["order"])

    def ends(self, buyer, address, product):
        buyer.call("DELETE", f"/v1/addresses/{address}")
        buyer.call("DELETE", "/v1/buyers/sessions/current")
        self.owner.call("DELETE", f"/v1/products/{product['product']}")


if __name__ == "__main__":
    unittest.main()
