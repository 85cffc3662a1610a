"""Two servers on one PostgreSQL: one owns the installation, the other waits and takes over."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from harness import Server, run, until

PROGRAMS = "/usr/lib/postgresql/15/bin"
BUYERS = 16
UNITS = 12
STOPPED_S = 12  # the first owner stands still


class Postgres:
    """A private cluster on a unix socket, run by an unprivileged user when we are root."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="vitrine-pg-")
        self.user = {"user": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", f"{self.folder}/data", "-U", "vitrine", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.process = subprocess.Popen(
            [f"{PROGRAMS}/postgres", "-D", f"{self.folder}/data", "-k", self.folder, "-c", "listen_addresses="],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.user)
        until("PostgreSQL", lambda: subprocess.run([f"{PROGRAMS}/pg_isready", "-q", "-h", self.folder]).returncode == 0)
        self.run("createdb", "-h", self.folder, "-U", "vitrine", "vitrine")
        self.url = f"postgres://vitrine:not-to-be-logged@/vitrine?host={self.folder}"

    def run(self, program, *words):
        subprocess.run([f"{PROGRAMS}/{program}", *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL,
                       **self.user)

    def ask(self, sql: str) -> str:
        return subprocess.run(["psql", "-h", self.folder, "-U", "vitrine", "-At", "-c", sql, "vitrine"], check=True,
                              capture_output=True, text=True).stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sign_in(server, owner, number: int):
    buyer = server.client()
    phone = f"+86138{number:08d}"
    buyer.call("POST", "/v1/buyers/codes", {"phone": phone, "consent": True})
    code = owner.call("GET", "/v1/staff/sms")["items"][0]["code"]
    buyer.call("POST", "/v1/buyers/sessions", {"phone": phone, "code": code, "consent": True})
    return buyer


def open_sale(owner) -> tuple[str, str]:
    owner.call("POST", "/v1/rooms", {"room": "r", "title": "R", "host_name": "Host"})
    product = owner.call("POST", "/v1/products", {
        "name": "Mug", "description": "", "pictures": [],
        "variants": [{"name": "Red", "price": {"amount": 990, "currency": "CNY"}, "initial_stock": UNITS}]})
    sku = owner.call("GET", f"/v1/products/{product['product']}")["variants"][0]["sku"]
    sale = owner.call("POST", "/v1/shop/flash-sales", {
        "room": "r", "items": [{"sku": sku, "price": {"amount": 500, "currency": "CNY"}, "units": UNITS}],
        "starts_at_ms": None, "duration_s": 600, "preheat_s": 0, "open_delay_ms": 0, "per_buyer": 1, "per_order": 1,
        "pay_minutes": 30})["sale"]
    owner.call("POST", f"/v1/shop/flash-sales/{sale}/start")
    return sale, sku


def grab(client, sale: str, sku: str) -> tuple[int, dict]:
    status, admission = client.try_call("POST", f"/v1/flash-sales/{sale}/admission")
    if status >= 300:
        return status, admission
    return client.try_call("POST", f"/v1/flash-sales/{sale}/grabs",
                           {"token": admission["token"], "sku": sku, "quantity": 1,
                            "total": {"amount": 500, "currency": "CNY"}}, key="tap")


class TwoServers(unittest.TestCase):
    def test_a_stopped_owner_is_replaced_within_8_seconds_and_fenced_when_it_goes_on(self):
        with Postgres() as postgres, Server("--database", postgres.url) as first:
            owner = first.owner()
            sale, sku = open_sale(owner)
            buyers = [sign_in(first, owner, number) for number in range(BUYERS)]
            with tempfile.TemporaryDirectory(prefix="vitrine-") as data:
                # Both machines need the same keys, or the second could not read what the first sealed.
                shutil.copytree(f"{first.data}/secrets", f"{data}/secrets")
                waiting_ops = free_port()
                with Server("--database", postgres.url, "--set", f"ops.port={waiting_ops}", data=data,
                            wait=False) as second:
                    until("the second waits", lambda: "server.waiting" in second.read_log())
                    self.assertFalse(os.path.exists(second.ready_file))
                    second.ports = {"ops": waiting_ops}
                    self.assertEqual(second.ops("/healthz")[0], 200, "it lives")
                    status, health = second.ops("/readyz")
                    self.assertEqual(status, 503)
                    self.assertIn(f"waiting: {socket.gethostname()}:{first.process.pid} owns it", health)
                    answers = {}

                    def buy(number):
                        answers[number] = [grab(buyers[number], sale, sku)]

                    for number in range(BUYERS // 4):
                        buy(number)
                    late = [threading.Thread(target=self.buy_patiently, args=(buyers[n], sale, sku, n, answers))
                            for n in range(BUYERS // 4, BUYERS // 2)]
                    first.process.send_signal(signal.SIGSTOP)
                    stopped = time.monotonic()
                    for each in late:
                        each.start()
                    second.wait_ready()
                    self.assertLess(time.monotonic() - stopped, 8)
                    for number in range(BUYERS // 4, BUYERS):
                        buyers[number].port = second.ports["http"]
                        answers.setdefault(number, []).append(grab(buyers[number], sale, sku))
                        self.assertNotEqual(answers[number][-1][0], 503, "ready means that it sells")
                    self.grab_in_vain(buyers[BUYERS // 4:], sale, sku, until_s=stopped + STOPPED_S)
                    first.process.send_signal(signal.SIGCONT)
                    self.assertEqual(first.process.wait(timeout=20), 75)
                    for each in late:
                        each.join()
                    self.check(postgres, answers)
                    for log in (first.read_log(), second.read_log()):
                        self.assertNotIn("not-to-be-logged", log)

    def grab_in_vain(self, buyers, sale, sku, until_s):
        """All taken: the new owner goes on refusing while the old one stands still."""
        tries = 0
        while time.monotonic() < until_s:
            status, answer = grab(buyers[tries % len(buyers)], sale, sku)
            self.assertIn(status, (201, 409), answer)
            tries += 1
        self.assertGreater(tries, 50)

    def buy_patiently(self, buyer, sale, sku, number, answers):
        """Asks the stopped owner; its answer comes when it goes on, or never."""
        patient = type(buyer)(buyer.port)
        patient.cookies, patient.csrf = dict(buyer.cookies), buyer.csrf
        try:
            answers.setdefault(number, []).append(grab(patient, sale, sku))
        except OSError:
            pass

    def check(self, postgres, answers):
        won = {n: {a["order"] for status, a in tries if status < 300} for n, tries in answers.items()}
        for number, orders in won.items():
            self.assertLessEqual(len(orders), 1, f"buyer {number} was told of two orders")
        told = sum(len(orders) for orders in won.values())
        stored = int(postgres.ask("SELECT count(*) FROM shop.orders WHERE sale IS NOT NULL"))
        self.assertEqual(stored, UNITS, "nothing oversold and nothing left")
        self.assertEqual(told, UNITS, "everybody who has an order was told, and nobody else")
        self.assertEqual(postgres.ask("SELECT free || ' ' || held FROM shop.pool WHERE kind = 1"), f"0 {UNITS}")


class OneServer(unittest.TestCase):
    def test_faults_are_said_with_the_next_step(self):
        nowhere = run("serve", "--database", "postgres://vitrine@127.0.0.1:1/vitrine", "--http-port", "0",
                      "--data", tempfile.mkdtemp(prefix="vitrine-"))
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn("start PostgreSQL", nowhere.stderr)
        strange = run("serve", "--database", "mysql://x", "--data", tempfile.mkdtemp(prefix="vitrine-"))
        self.assertIn("postgres://USER@HOST", strange.stderr)

    def test_commands_restart_and_doctor_work_on_postgres(self):
        with Postgres() as postgres, tempfile.TemporaryDirectory(prefix="vitrine-") as data:
            made = run("user", "create", "mei", "--role", "host", "--json", "--data", data, "--database", postgres.url)
            self.assertEqual(made.returncode, 0, made.stderr)
            without = run("room", "create", "r", "--title", "R", "--host", "H", "--data", data)
            self.assertIn("keeps its rows in PostgreSQL", without.stderr)
            with Server("--database", postgres.url, data=data) as server:
                self.assertEqual({m["state"] for m in server.ready()["modules"]}, {"ready"})
                self.assertEqual(server.interrupt(), 0)
            with Server("--database", postgres.url, data=data) as again:
                self.assertEqual(again.interrupt(), 0)
            doctor = run("doctor", "--data", data, "--set", "database.url=" + postgres.url)
            self.assertIn("runs PostgreSQL 15", doctor.stdout)
            self.assertNotIn("not-to-be-logged", doctor.stdout)
            self.assertEqual(list(pathlib.Path(data, "db").glob("*.sqlite")), [])


if __name__ == "__main__":
    unittest.main()
