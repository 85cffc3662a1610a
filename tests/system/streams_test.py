"""Who may publish and play, from outside: the command line, webhooks over a crash, and what /metrics says."""
import http.server
import json
import hashlib
import hmac
import re
import socket
import threading
import time
import unittest

from harness import Server, run, until

LOOPBACK = ("--set", "net.private_destinations=127.0.0.0/8")


class Receiver:
    """What an integrator runs. `hold` keeps it from answering; `port` may be taken over from one before."""

    def __init__(self, port: int = 0, hold: bool = False):
        self.requests: list[tuple[dict, bytes]] = []
        self.release = threading.Event()
        if not hold:
            self.release.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((dict(self.headers), body))
                receiver.release.wait(20)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def events(self, kind: str) -> list[dict]:
        return [event for event in (json.loads(body) for _, body in list(self.requests)) if event["kind"] == kind]


def end(publisher) -> None:
    publisher.kill()
    publisher.wait()
    publisher.stderr.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CommandLine(unittest.TestCase):
    def command(self, server: Server, *words: str) -> dict:
        answer = run(*words, "--data", server.data, "--json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def test_keys_are_made_listed_rotated_and_revoked(self):
        with Server() as server:
            made = self.command(server, "key", "create", "demo", "--label", "studio", "--expires", "30d")
            self.assertIn("key", made["rtmp_url"])
            listed = self.command(server, "key", "list", "demo")["items"]
            self.assertEqual([(key["key_id"], key["label"]) for key in listed], [(made["key_id"], "studio")])
            self.assertNotIn(made["key"], json.dumps(listed))
            rotated = self.command(server, "key", "rotate", "demo", "--overlap", "1h")
            self.assertEqual(rotated["old_key_id"], made["key_id"])
            self.assertAlmostEqual(rotated["old_key_ends_at_ms"] / 1000, time.time() + 3600, delta=60)
            which = run("key", "rotate", "demo", "--data", server.data)
            self.assertEqual(which.returncode, 1)
            self.assertIn("several keys", which.stderr)
            self.assertTrue(self.command(server, "key", "revoke", "demo", made["key_id"])["revoked"])
            again = run("key", "revoke", "demo", made["key_id"], "--data", server.data)
            self.assertEqual(again.returncode, 1)
            text = run("key", "list", "demo", "--data", server.data).stdout
            self.assertIn("hint", text.splitlines()[0])
            self.assertEqual(len(text.splitlines()), 2)

    def test_keys_can_be_made_while_no_server_runs(self):
        with Server() as server:
            server.interrupt()
            made = self.command(server, "key", "create", "demo")
            self.assertEqual(len(self.command(server, "key", "list", "demo")["items"]), 1)
            self.assertEqual(self.command(server, "stream", "list")["items"], [])
            self.assertIn(made["key"], made["rtmp_url"])

    def test_streams_are_listed_shown_guarded_and_kicked(self):
        with Server() as server:
            key = self.command(server, "key", "create", "demo")["key"]
            publisher = server.publish("demo", key)
            until("the stream", lambda: self.command(server, "stream", "show", "demo")["state"] == "live")
            self.assertEqual([s["stream"] for s in self.command(server, "stream", "list")["items"]], ["demo"])
            self.assertIn("demo", run("stream", "list", "--data", server.data).stdout)
            viewer = server.client()
            self.assertEqual(self.command(server, "stream", "access", "demo", "--play", "token")["play"], "token")
            self.assertEqual(viewer.raw("GET", "/live/demo.flv")[0], 403)
            token = self.command(server, "stream", "token", "demo", "--expires", "1h", "--viewer", "vip")
            with socket.create_connection(("127.0.0.1", server.ports["http"])) as playing:
                playing.sendall(f"GET /live/demo.flv?token={token['token']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                self.assertTrue(playing.recv(64).startswith(b"HTTP/1.1 200"))
                kicked = self.command(server, "stream", "kick", "demo", "--whom", "all")
                self.assertEqual(kicked, {"publishers": 1, "viewers": 1, "paused_pulls": []})
                while playing.recv(65536):
                    pass
            until("the publisher is gone", lambda: publisher.poll() is not None)
            nobody = run("stream", "kick", "demo", "--data", server.data)
            self.assertEqual(nobody.returncode, 1)
            self.assertIn("Nobody publishes", nobody.stderr)
            publisher.stderr.close()


class Rooms(unittest.TestCase):
    def test_a_room_hands_whoever_enters_a_token_that_plays(self):
        with Server() as server:
            owner = server.owner()
            owner.call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})
            owner.call("PUT", "/v1/streams/r/access", {"play": "token"})
            viewer = server.client()
            url = viewer.call("GET", "/v1/rooms/r")["flv_url"]
            self.assertIn("?token=", url)
            self.assertEqual(viewer.raw("GET", "/live/r.flv")[0], 403)
            self.assertEqual(viewer.raw("GET", url)[0], 404, "let in, and nobody publishes")


class Webhooks(unittest.TestCase):
    def publish_and_tell(self, server: Server, url: str):
        owner = server.owner()
        hook = owner.call("POST", "/v1/webhooks", {"url": url})
        key = owner.call("POST", "/v1/streams/demo/keys", {})["key"]
        publisher = server.publish("demo", key)
        until("the stream", lambda: owner.call("GET", "/v1/streams/demo")["state"] == "live")
        return owner, hook, publisher

    def test_publish_and_its_end_are_told_signed(self):
        with Server(*LOOPBACK) as server, Receiver() as receiver:
            owner, hook, publisher = self.publish_and_tell(server, f"http://127.0.0.1:{receiver.port}/hook")
            until("told of the publish", lambda: receiver.events("stream.published"))
            owner.call("POST", "/v1/streams/demo/kick", {"whom": "publisher"})
            until("told of its end", lambda: receiver.events("stream.unpublished"))
            end(publisher)
            began, ended = receiver.events("stream.published")[0], receiver.events("stream.unpublished")[0]
            self.assertEqual((began["stream"], ended["reason"]), ("demo", "kicked"))
            self.assertEqual(began["publish"], ended["publish"])
            self.assertNotEqual(began["id"], ended["id"])
            headers, body = receiver.requests[0]
            stamp, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["Vitrine-Signature"]).groups()
            wanted = hmac.new(hook["secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            self.assertEqual(signature, wanted)
            done = until("recorded", lambda: [d for d in owner.call(
                "GET", f"/v1/webhooks/{hook['webhook']}/deliveries")["items"] if d["state"] == "delivered"])
            self.assertEqual(done[0]["status"], 204)

    def test_what_was_not_delivered_before_a_crash_is_delivered_after_it(self):
        port = free_port()
        with Server(*LOOPBACK) as server:
            owner, hook, publisher = self.publish_and_tell(server, f"http://127.0.0.1:{port}/hook")
            until("a try that failed", lambda: owner.call(
                "GET", f"/v1/webhooks/{hook['webhook']}/deliveries")["items"][0:1])
            server.kill()
            end(publisher)
            with Receiver(port) as receiver, Server(*LOOPBACK, data=server.data):
                began = until("told after the crash", lambda: receiver.events("stream.published"))
                ended = until("and that it ended", lambda: receiver.events("stream.unpublished"))
                self.assertEqual(began[0]["publish"], ended[0]["publish"])
                self.assertEqual(ended[0]["reason"], "server_ended")

    def test_a_crash_in_the_middle_of_a_delivery_repeats_it_under_the_same_id(self):
        with Server(*LOOPBACK) as server, Receiver(hold=True) as receiver:
            _, _, publisher = self.publish_and_tell(server, f"http://127.0.0.1:{receiver.port}/hook")
            until("a request that is not answered", lambda: receiver.requests)
            server.kill()
            end(publisher)
            receiver.release.set()
            with Server(*LOOPBACK, data=server.data):
                told = until("told again", lambda: len(receiver.events("stream.published")) > 1
                             and receiver.events("stream.published"))
                self.assertEqual(told[0]["id"], told[1]["id"])

    def test_a_silent_receiver_delays_no_publisher(self):
        """The control: while a request waits for its answer, publishers come and go as if there were none."""
        with Server(*LOOPBACK) as server, Receiver(hold=True) as receiver:
            owner, _, publisher = self.publish_and_tell(server, f"http://127.0.0.1:{receiver.port}/hook")
            until("a request that is not answered", lambda: receiver.requests)
            key = owner.call("POST", "/v1/streams/second/keys", {})["key"]
            began = time.monotonic()
            second = server.publish("second", key)
            until("the second stream", lambda: owner.call("GET", "/v1/streams/second")["state"] == "live", 4.5)
            self.assertLess(time.monotonic() - began, 4.5)
            self.assertEqual(len(receiver.requests), 1, "the first was still under way")
            end(publisher)
            end(second)

    def test_addresses_of_our_own_are_refused(self):
        with Server() as server:
            owner = server.owner()
            for url in ("http://127.0.0.1:9091/metrics", "http://169.254.169.254/", "http://[::1]/"):
                status, problem = owner.try_call("POST", "/v1/webhooks", {"url": url})
                self.assertEqual((status, problem["slug"], problem["field"]), (400, "webhook.address", "/url"))
            self.assertEqual(owner.try_call("POST", "/v1/webhooks", {"url": "file:///etc/passwd"})[1]["slug"],
                             "webhook.url")


SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (NaN|[+-]?Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)( \d+)?')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
# No label may hold what grows without bound or says who somebody is.
LABELS = {"core", "stream", "protocol", "kind", "outcome", "operation", "status_class", "le"}


def samples_of(test: unittest.TestCase, text: str) -> dict:
    """The Prometheus text format 0.0.4, strictly, and the naming rules promtool checks."""
    types, helps, seen, current = {}, {}, {}, None
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("# HELP "):
            _, _, name, text_of = line.split(" ", 3)
            test.assertNotIn(name, helps, "help twice")
            test.assertTrue(text_of.strip(), name)
            helps[name] = text_of
        elif line.startswith("# TYPE "):
            _, _, current, kind = line.split(" ")
            test.assertNotIn(current, types, "a family in two places")
            test.assertIn(kind, ("counter", "gauge", "histogram"))
            types[current] = kind
            test.assertTrue(current.startswith("vitrine_"), current)
            test.assertEqual(current.endswith("_total"), kind == "counter", current)
            for unit in ("milliseconds", "_ms", "_kb", "_bits", "minutes", "percent", "_count", "_sum", "_bucket"):
                test.assertNotIn(unit + "_", current.replace("_total", "") + "_", current)
        else:
            found = SAMPLE.fullmatch(line)
            test.assertIsNotNone(found, f"not a sample: {line!r}")
            name, labels = found[1], found[3] or ""
            family = name if name in types else re.sub(r"_(bucket|sum|count)$", "", name)
            test.assertEqual(family, current, f"{name} stands outside its family")
            pairs = LABEL.findall(labels)
            test.assertEqual(",".join(f'{k}="{v}"' for k, v in pairs), labels, f"labels of {line!r}")
            test.assertLessEqual({k for k, _ in pairs}, LABELS, f"a new label: {line!r}")
            key = (name, tuple(sorted(pairs)))
            test.assertNotIn(key, seen, "a series twice")
            seen[key] = float(found[4])
    test.assertEqual(set(types), set(helps))
    for (name, labels), value in seen.items():
        if not name.endswith("_bucket"):
            continue
        rest = tuple(pair for pair in labels if pair[0] != "le")
        if dict(labels)["le"] == "+Inf":
            test.assertEqual(value, seen[(name[:-len("bucket")] + "count", rest)], name)
        buckets = sorted((float(dict(other)["le"]), count) for (n, other), count in seen.items()
                         if n == name and tuple(p for p in other if p[0] != "le") == rest)
        test.assertEqual([count for _, count in buckets], sorted(count for _, count in buckets), name)
    return seen


class Metrics(unittest.TestCase):
    def test_what_is_seen_of_a_stream_keeps_to_the_format_and_goes_with_it(self):
        with Server("--set", "media.grace_ms=100") as server:
            owner = server.owner()
            key = owner.call("POST", "/v1/streams/demo/keys", {})["key"]
            publisher = server.publish("demo", key)
            until("the stream", lambda: owner.call("GET", "/v1/streams/demo")["state"] == "live")
            with socket.create_connection(("127.0.0.1", server.ports["http"])) as viewer:
                viewer.sendall(b"GET /live/demo.flv HTTP/1.1\r\nHost: x\r\n\r\n")

                def counted():
                    viewer.recv(1 << 20)
                    seen = samples_of(self, server.ops("/metrics")[1])
                    labels = (("protocol", "http-flv"), ("stream", "demo"))
                    gap = seen.get(("vitrine_stream_keyframe_gap_seconds", (("stream", "demo"),)), 0)
                    sent = seen.get(("vitrine_stream_send_latency_seconds_count", labels), 0)
                    return sent > 10 and gap > 0.5 and seen

                seen = until("latencies", counted)
            self.assertGreater(seen[("vitrine_stream_publisher_fps", (("stream", "demo"),))], 10)
            self.assertGreater(seen[("vitrine_media_sent_bytes_total", (("protocol", "http-flv"),))], 1000)
            self.assertNotIn(key, server.ops("/metrics")[1])
            end(publisher)
            until("its series are gone", lambda: 'stream="demo"' not in server.ops("/metrics")[1])
            self.assertIn("vitrine_media_sent_bytes_total", server.ops("/metrics")[1])


if __name__ == "__main__":
    unittest.main()
