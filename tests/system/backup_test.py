"""Backup and restore of the real program: taken while a sale runs, restored on either database, refused when a
byte is missing or another, and closed for sale until the payments were asked about."""
import json
import os
import pathlib
import shutil
import sqlite3
import tempfile
import threading
import unittest

from harness import Server, run, until
from postgres_test import Postgres, grab, open_sale, sign_in

BUYERS = 10


class Shop:
    """A served shop with a sale and buyers who grab until told to stop."""

    def __init__(self, *flags, data):
        self.server = Server(*flags, "--set", "payments.manual=true", data=data)
        self.owner = self.server.owner()
        self.sale, self.sku = open_sale(self.owner)
        self.buyers = [sign_in(self.server, self.owner, number) for number in range(BUYERS)]
        self.orders = []

    def grab_all(self, buyers):
        for buyer in buyers:
            status, answer = grab(buyer, self.sale, self.sku)
            assert status == 201, answer
            self.orders.append(answer["order"])


def files_of(folder) -> dict:
    return {str(path.relative_to(folder)): path.read_bytes() for path in pathlib.Path(folder).rglob("*")
            if path.is_file()}


def orders_in(path) -> int:
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True).execute(
        "SELECT count(*) FROM orders").fetchone()[0]


class BackupTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vitrine-")
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def shop(self, *flags, data="source"):
        shop = Shop(*flags, data=self.path(data))
        self.addCleanup(shop.server.__exit__)
        return shop

    def backup(self, to="backup", data="source", *flags):
        made = run("backup", self.path(to), "--json", "--data", self.path(data), *flags)
        self.assertEqual(made.returncode, 0, made.stderr)
        return json.loads(made.stdout)

    def restore(self, to, *flags, backup="backup"):
        return run("restore", self.path(backup), "--json", "--data", self.path(to), *flags)

    def check_restored(self, shop, made, data, *flags):
        """It serves, knows who was signed in, its ledger is that of the backup, and it sells once it is open."""
        with Server(*flags, "--set", "payments.manual=true", data=self.path(data)) as server:
            verified = run("ledger", "verify", "--head", made["ledger_head"], "--data", self.path(data), *flags)
            self.assertEqual(verified.returncode, 0, verified.stderr)
            owner = shop.owner
            owner.port = server.ports["http"]
            listed = {order["order"] for order in owner.call("GET", "/v1/shop/orders?limit=100")["items"]}
            self.assertLessEqual(set(self.before), listed)
            late = shop.buyers[-1]
            late.port = server.ports["http"]

            def sold():
                status, answer = grab(late, shop.sale, shop.sku)
                self.assertIn(status, (201, 503), answer)
                return status == 201

            until("it sells again", sold)

    def take_while_selling(self, shop, *flags):
        shop.grab_all(shop.buyers[:BUYERS // 2])
        self.before = list(shop.orders)
        selling = threading.Thread(target=shop.grab_all, args=(shop.buyers[BUYERS // 2:-1],))
        selling.start()
        made = self.backup("backup", "source", *flags)
        selling.join()
        self.assertGreaterEqual(orders_in(self.path("backup/db/shop.sqlite")), len(self.before))
        self.assertEqual(len(shop.orders), BUYERS - 1, "buyers noticed nothing")
        return made

    def test_taken_while_a_sale_runs_it_restores_on_sqlite_and_on_postgres(self):
        shop = self.shop()
        made = self.take_while_selling(shop)
        self.assertEqual(shop.server.interrupt(), 0)
        done = self.restore("target", "--manifest", made["manifest"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["rows"], made["rows"])
        self.check_restored(shop, made, "target")
        with Postgres() as postgres:
            done = self.restore("on-postgres", "--database", postgres.url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["rows"], made["rows"])
            again = self.restore("another", "--database", postgres.url)
            self.assertIn("holds an installation already", again.stderr)
            self.check_restored(shop, made, "on-postgres", "--database", postgres.url)

    def test_taken_from_postgres_it_restores_on_sqlite(self):
        with Postgres() as postgres:
            shop = self.shop("--database", postgres.url)
            made = self.take_while_selling(shop, "--database", postgres.url)
            self.assertEqual(shop.server.interrupt(), 0)
        done = self.restore("target")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_restored(shop, made, "target")

    def test_an_open_payment_keeps_the_shop_closed_until_the_provider_has_answered(self):
        shop = self.shop()
        shop.grab_all(shop.buyers[:1])
        order = shop.orders[0]
        buyer = shop.buyers[0]
        address = buyer.call("POST", "/v1/addresses", {"name": "Bo", "phone": "+8613800000000", "region": "R",
                                                       "line": "L"})["address"]
        buyer.call("PUT", f"/v1/orders/{order}/address", {"address": address})
        buyer.call("POST", f"/v1/orders/{order}/payments", {"provider": "manual"})
        made = self.backup()
        self.before = [order]
        self.assertEqual(shop.server.interrupt(), 0)
        done = self.restore("target")
        self.assertEqual(json.loads(done.stdout)["payments_to_ask_about"], 1)
        # Without that provider nobody answers, so nothing is sold.
        with Server(data=self.path("target")) as server:
            late = shop.buyers[-1]
            late.port = server.ports["http"]
            until("the alarm", lambda: "restored from a backup" in json.dumps(server.ready()))
            status, answer = grab(late, shop.sale, shop.sku)
            self.assertEqual((status, answer["type"].rsplit("/")[-1]), (503, "shop.restored"))
            self.assertEqual(server.interrupt(), 0)
        self.check_restored(shop, made, "target")

    def test_what_is_not_whole_or_was_changed_is_refused_and_leaves_nothing(self):
        shop = self.shop()
        shop.grab_all(shop.buyers[:3])
        made = self.backup()
        whole = files_of(self.path("backup"))
        spoilt = {
            "db/shop.sqlite cut short": ("db/shop.sqlite", lambda b: b[:-4096], "cut short"),
            "db/shop.sqlite with another byte": (
                "db/shop.sqlite", lambda b: b[:9000] + bytes([b[9000] ^ 1]) + b[9001:], "was changed"),
            "secrets missing": ("secrets/cookie.key", lambda b: None, "missing"),
            "the manifest cut short": ("backup.json", lambda b: b[:-10], "cut short"),
            "the manifest with other rows": (
                "backup.json", lambda b: b.replace(b'"table":"orders","rows":3', b'"table":"orders","rows":2'),
                "not those"),
            "the manifest with another head": (
                "backup.json", lambda b: b.replace(made["ledger_head"].encode(), b"0" * 64), "ledger"),
            "no manifest": ("backup.json", lambda b: None, "is not a backup"),
        }
        for what, (name, spoil, word) in spoilt.items():
            with self.subTest(what):
                path = pathlib.Path(self.path("backup"), name)
                content = spoil(whole[name])
                path.unlink() if content is None else path.write_bytes(content)
                done = self.restore("target")
                self.assertEqual(done.returncode, 1, what)
                self.assertIn(word, done.stderr)
                self.assertFalse(os.path.exists(self.path("target/db")), done.stderr)
                path.write_bytes(whole[name])
        # Changed as a whole, manifest and all, it is still another backup.
        other = self.restore("target", "--manifest", "0" * 64)
        self.assertIn("--manifest", other.stderr)
        self.assertEqual(self.restore("target", "--manifest", made["manifest"]).returncode, 0)

    def test_places_that_are_not_empty_are_refused(self):
        shop = self.shop()
        self.backup()
        again = run("backup", self.path("backup"), "--data", self.path("source"))
        self.assertIn("is there already", again.stderr)
        self.assertIn("is in use by process", self.restore("source").stderr)
        shop.server.kill()
        self.assertIn("holds an installation already", self.restore("source").stderr)
        shutil.rmtree(self.path("source/db"))
        self.assertEqual(self.restore("source").returncode, 0, "the same keys are no other installation")
        shutil.rmtree(self.path("source/db"))
        pathlib.Path(self.path("source/secrets/cookie.key")).write_bytes(b"x" * 32)
        self.assertIn("is another", self.restore("source").stderr)

    def test_without_a_server_it_is_taken_all_the_same_and_nobody_else_may_read_it(self):
        shop = self.shop()
        shop.grab_all(shop.buyers[:1])
        self.assertEqual(shop.server.interrupt(), 0)
        self.backup()
        self.assertEqual(os.stat(self.path("backup")).st_mode & 0o777, 0o700)
        self.assertEqual(self.restore("target").returncode, 0)
        for command in ("backup", "restore"):
            self.assertIn("FOLDER", run(command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
