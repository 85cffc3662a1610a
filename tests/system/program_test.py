"""The program from outside: start and stop, settings, locks, modules, commands."""
import json
import os
import signal
import socket
import time
import unittest

from harness import MODULES, ROOT, Server, run, until


class StartAndStop(unittest.TestCase):
    def test_a_first_start_prints_the_owner_link_once(self):
        with Server() as server:
            link = next(w for w in server.read_output().split() if "/console/claim?token=" in w)
            owner = server.owner()
            self.assertEqual(owner.call("GET", "/v1/me")["staff"]["role"], "owner")
            status, problem = server.client().try_call("POST", "/v1/owner-claim", {
                "token": link.split("token=")[1], "name": "thief", "password": "correct horse battery"})
            self.assertEqual((status, problem["slug"]), (410, "members.claim_used"))
            server.interrupt()
            with Server(data=server.data) as again:
                self.assertNotIn("/console/claim?token=", again.read_output())

    def test_ctrl_c_drains_and_ends_with_0_within_5_seconds(self):
        with Server() as server:
            began = time.monotonic()
            self.assertEqual(server.interrupt(), 0)
            self.assertLess(time.monotonic() - began, 5)

    def test_a_second_ctrl_c_ends_at_once(self):
        with Server() as server:
            server.process.send_signal(signal.SIGINT)
            until("it is stopping", lambda: "server.stopping" in server.read_log() or server.process.poll() is not None)
            server.process.send_signal(signal.SIGINT)
            self.assertIn(server.process.wait(timeout=1), (0, 130))

    def test_sandbox_payments_need_a_second_word_on_a_network(self):
        answer = run("serve", "--bind", "0.0.0.0", "--set", "payments.sandbox=true", "--http-port", "0")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("--yes-sandbox", answer.stderr)

    def test_ctrl_c_ends_within_5_seconds_whoever_is_connected(self):
        with Server() as server:
            owner = server.owner()
            owner.call("POST", "/v1/rooms", {"room": "stop", "title": "Stop", "host_name": "Host"})
            key = owner.call("POST", "/v1/streams/stop/keys", {})["key"]
            publisher = server.publish("stop", key)
            until("the stream", lambda: owner.call("GET", "/v1/streams/stop")["state"] == "live")
            http = ("127.0.0.1", server.ports["http"])
            viewer = socket.create_connection(http)  # never reads
            viewer.sendall(b"GET /live/stop.flv HTTP/1.1\r\nHost: x\r\n\r\n")
            until("a viewer", lambda: owner.call("GET", "/v1/streams/stop")["viewers"] == 1)
            page = owner.socket("stop")
            idle = socket.create_connection(http)
            slow = socket.create_connection(http)  # a body that never comes
            slow.sendall(b"POST /v1/buyers/codes HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            strange = socket.create_connection(("127.0.0.1", server.ports["rtmp"]))
            began = time.monotonic()
            server.process.send_signal(signal.SIGINT)
            until("the drain", lambda: "server.stopping" in server.read_log())
            server.process.send_signal(signal.SIGHUP)  # the terminal went away
            self.assertEqual(server.process.wait(timeout=10), 0)
            self.assertLess(time.monotonic() - began, 5)
            publisher.wait(timeout=10)
            publisher.stderr.close()
            for each in (viewer, page, idle, slow, strange):
                each.close()

    def test_the_ready_file_goes_with_the_server(self):
        with Server() as server:
            server.interrupt()
            self.assertFalse(os.path.exists(server.ready_file))

    def test_the_data_directory_is_locked_while_open(self):
        with Server() as server:
            second = run("serve", "--data", server.data, "--http-port", "0", "--rtmp-port", "0", "--ops-port", "0")
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(str(server.process.pid), second.stderr)

    def test_a_port_in_use_names_address_and_port(self):
        with Server() as server:
            other = run("serve", "--data", server.data + "-other", "--http-port", str(server.ports["http"]),
                        "--rtmp-port", "0", "--ops-port", "0")
            self.assertNotEqual(other.returncode, 0)
            self.assertIn(str(server.ports["http"]), other.stderr)


class Settings(unittest.TestCase):
    def test_a_value_out_of_range_names_key_value_and_range(self):
        answer = run("serve", "--set", "media.grace_ms=99999999")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("media.grace_ms = 99999999", answer.stderr)
        self.assertIn("0 to 600000 ms", answer.stderr)

    def test_a_log_level_that_is_none_names_those_there_are(self):
        answer = run("serve", "--set", "log.level=verbose")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("log.level = verbose must be debug, info, warn, error or off", answer.stderr)

    def test_an_unknown_key_is_an_error_wherever_it_comes_from(self):
        self.assertIn("media.grce_ms", run("serve", "--set", "media.grce_ms=1").stderr)
        environment = {**os.environ, "VITRINE_MEDIA_GRCE_MS": "1"}
        self.assertIn("VITRINE_MEDIA_GRCE_MS", run("serve", env=environment).stderr)

    def test_environment_beats_default_and_flag_beats_environment(self):
        environment = {**os.environ, "VITRINE_MEDIA_GRACE_MS": "7000"}
        shown = json.loads(run("config", "--json", env=environment).stdout)
        self.assertEqual(shown["media.grace_ms"]["value"], 7000)
        shown = json.loads(run("config", "--json", "--set", "media.grace_ms=8000", env=environment).stdout)
        self.assertEqual(shown["media.grace_ms"]["value"], 8000)


    def test_the_reference_in_the_tree_is_what_the_code_declares(self):
        self.assertEqual(run("config", "--toml").stdout, (ROOT / "config/vitrine.toml").read_text(),
                         "run: build/dev/vitrine config --toml > config/vitrine.toml")

    def test_a_reload_takes_good_settings_and_refuses_bad_ones_whole(self):
        with Server() as server:
            settings = os.path.join(server.data, "vitrine.toml")
            for text, word in (("rooms.chat_chars = 5\n", "server.reloaded"),
                               ("rooms.chat_chars = -5\n", "server.reload_refused")):
                with open(settings, "w") as file:
                    file.write(text)
                server.process.send_signal(signal.SIGHUP)
                until(word, lambda: word in server.read_log())
            server.owner().call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})
            talker = server.client()
            talker.call("GET", "/v1/me")
            room = talker.socket("r")
            self.assertEqual(room.next("snapshot")["limits"]["chat_chars"], 5)
            room.close()


class ModulesAlone(unittest.TestCase):
    def boots(self, modules: list[str]) -> None:
        with self.subTest(modules=modules), Server("--modules", ",".join(modules)) as server:
            self.assertEqual(server.ops("/healthz")[0], 200)
            self.assertEqual(server.ops("/readyz")[0], 200, server.ops("/readyz")[1])
            self.assertEqual(sorted(m["name"] for m in server.ready()["modules"]), sorted([*modules, "bus"]))
            self.assertEqual(server.client().raw("GET", "/")[0], 200)
            self.assertEqual(server.interrupt(), 0)

    def test_each_module_alone(self):
        for module in MODULES:
            self.boots([module])

    def test_all_but_each_one(self):
        for module in MODULES:
            self.boots([m for m in MODULES if m != module])


class Commands(unittest.TestCase):
    def test_a_key_can_be_made_with_and_without_a_running_server(self):
        with Server() as server:
            while_running = json.loads(run("key", "create", "one", "--data", server.data, "--json").stdout)
            self.assertEqual(while_running["stream"], "one")
            self.assertEqual(set(while_running) & {"stream", "key", "rtmp_url", "whip_url"},
                             {"stream", "key", "rtmp_url", "whip_url"})
            server.interrupt()
            offline = json.loads(run("key", "create", "two", "--data", server.data, "--json").stdout)
            self.assertEqual(offline["rtmp_url"], "rtmp://127.0.0.1/live/two?key=" + offline["key"])

    def test_a_user_gets_a_one_time_password(self):
        with Server() as server:
            made = json.loads(run("user", "create", "mei", "--role", "host", "--data", server.data, "--json").stdout)
            me = server.client().call("POST", "/v1/staff/sessions",
                                      {"name": "mei", "password": made["one_time_password"]})
            self.assertEqual(me["staff"]["role"], "host")
            refused = run("user", "create", "mei", "--role", "king", "--data", server.data)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("owner, operator, host, moderator", refused.stderr)

    def test_every_command_has_help(self):
        for command in ("serve", "demo", "user", "room", "key", "ledger", "doctor", "config", "version"):
            answer = run(command, "--help")
            self.assertEqual(answer.returncode, 0)
            self.assertIn(command, answer.stdout)

    def test_doctor_says_which_port_is_taken_and_how_to_mend_it(self):
        with Server() as server:
            answer = run("doctor", "--data", server.data + "-new", "--http-port", str(server.ports["http"]),
                         "--rtmp-port", "0", "--ops-port", "0", "--json")
            checks = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
            self.assertEqual(checks["http port"]["state"], "fail")
            self.assertIn("--http-port", checks["http port"]["mend"])


class Secrets(unittest.TestCase):
    def test_keys_passwords_and_phones_never_reach_the_log(self):
        with Server("--set", "log.level=debug") as server:
            owner = server.owner()
            owner.call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})
            key = owner.call("POST", "/v1/streams/r/keys", {})["key"]
            publisher = server.publish("r", key, seconds=60)
            try:
                until("the stream is live", lambda: owner.call("GET", "/v1/streams/r")["state"] == "live")
            finally:
                publisher.kill()
                publisher.wait()
                publisher.stderr.close()
            buyer = server.client()
            buyer.call("POST", "/v1/buyers/codes", {"phone": "+8613800001234", "consent": True})
            code = owner.call("GET", "/v1/staff/sms")["items"][0]["code"]
            buyer.call("POST", "/v1/buyers/sessions", {"phone": "+8613800001234", "code": code, "consent": True})
            log = server.read_log()
            for secret in (key, code, "13800001234", "correct horse battery", *owner.cookies.values(),
                           *buyer.cookies.values()):
                self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
