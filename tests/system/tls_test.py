"""TLS as others meet it: curl, openssl, ffmpeg and Python's own ssl, on the same ports as plain."""
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from harness import Server, run, until


def make_certificate(folder: str, name: str, days: int = 30) -> tuple[str, str]:
    """A self-signed pair of files, as docs/operations.md makes one."""
    certificate, key = os.path.join(folder, f"{name}.pem"), os.path.join(folder, f"{name}.key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", str(days), "-subj", f"/CN={name}", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


def secure_socket(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20))


def fingerprint_at(port: int) -> str:
    with secure_socket(port) as connection:
        return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()


def fingerprint_of(file: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pathlib.Path(file).read_text())).hexdigest()


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stdout


class Tls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vitrine-tls-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.certificate, self.key = make_certificate(self.folder, "shop")

    def server(self, *more: str, command: str = "serve") -> Server:
        return Server("--set", f"tls.certificate={self.certificate}", "--set", f"tls.key={self.key}", *more,
                      command=command)

    def start_stream(self, server: Server, scheme: str) -> subprocess.Popen:
        made = json.loads(run("key", "create", "demo", "--json", "--data", server.data).stdout)
        publisher = server.publish("demo", made["key"], scheme=scheme)
        self.addCleanup(publisher.communicate)
        self.addCleanup(publisher.kill)
        until("the stream is live", lambda: "media.publish_started" in server.read_log())
        return publisher

    def test_what_is_published_by_rtmps_plays_by_https_and_plain_beside_each_other(self):
        with self.server() as server:
            self.start_stream(server, "rtmps")
            for scheme in ("https", "http"):
                url = f"{scheme}://127.0.0.1:{server.ports['http']}/live/demo.flv"
                probed = output_of("ffprobe", "-v", "error", *(["-tls_verify", "0"] if scheme == "https" else []),
                                   "-show_entries", "stream=codec_name", "-of", "csv=p=0", url)
                self.assertEqual(probed.split(), ["h264", "aac"], scheme)
            size = output_of("curl", "-sk", "--max-time", "3", "-o", "/dev/null", "-w", "%{size_download}",
                             f"https://127.0.0.1:{server.ports['http']}/live/demo.flv")
            self.assertGreater(int(size), 10_000)
            metrics = server.ops("/metrics")[1]
            self.assertRegex(metrics, r'vitrine_tls_handshakes_total\{outcome="done"\} [1-9]')

    def test_a_websocket_opens_under_tls(self):
        with self.server() as server, secure_socket(server.ports["http"]) as connection:
            self.start_stream(server, "rtmp")
            connection.sendall(b"GET /live/demo.flv HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\n"
                               b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                               b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            received = b""
            while b"FLV\x01" not in received:
                more = connection.recv(4096)
                self.assertTrue(more, received)
                received += more
            self.assertTrue(received.startswith(b"HTTP/1.1 101"))

    def test_the_api_speaks_to_curl_and_openssl(self):
        with self.server() as server:
            port = server.ports["http"]
            answer = output_of("curl", "-s", "--cacert", self.certificate, f"https://localhost:{port}/v1/rooms")
            self.assertIn("items", json.loads(answer))
            spoken = output_of("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-alpn", "http/1.1",
                               "-CAfile", self.certificate)
            self.assertIn("ALPN protocol: http/1.1", spoken)
            self.assertIn("Verify return code: 0 (ok)", spoken)
            old = output_of("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_1")
            self.assertIn("no peer certificate available", old)

    def test_cookies_given_under_tls_are_for_tls_alone(self):
        with self.server() as server, secure_socket(server.ports["http"]) as connection:
            connection.sendall(b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            cookies = answer.headers.get_all("Set-Cookie") or []
            self.assertTrue(cookies)
            for cookie in cookies:
                self.assertTrue(cookie.startswith("__Host-") and "; Secure" in cookie, cookie.split("=")[0])

    def test_a_renewed_certificate_cuts_nobody(self):
        with self.server() as server:
            port = server.ports["http"]
            self.start_stream(server, "rtmp")
            viewer = secure_socket(port)
            self.addCleanup(viewer.close)
            viewer.sendall(b"GET /live/demo.flv HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b"200", viewer.recv(64))
            before = fingerprint_at(port)
            self.assertEqual(before, fingerprint_of(self.certificate))

            pathlib.Path(self.certificate).write_text("half a file")
            until("the fault is told", lambda: "tls.reload_refused" in server.read_log())
            self.assertIn(self.certificate, next(line for line in server.read_log().splitlines()
                                                 if "tls.reload_refused" in line))
            self.assertEqual(fingerprint_at(port), before)

            renewed, its_key = make_certificate(self.folder, "renewed")
            shutil.copy(its_key, self.key)
            shutil.copy(renewed, self.certificate)
            until("new connections see it", lambda: fingerprint_at(port) == fingerprint_of(renewed))
            for _ in range(20):
                self.assertTrue(viewer.recv(16_384), "the viewer of before goes on")
            self.assertNotIn("PRIVATE", server.read_log())

    def test_sighup_takes_another_pair(self):
        with self.server() as server:
            other, its_key = make_certificate(self.folder, "other")
            os.replace(its_key, self.key)
            os.replace(other, self.certificate)
            server.process.send_signal(1)
            until("the reload", lambda: "server.reloaded" in server.read_log())
            self.assertEqual(fingerprint_at(server.ports["http"]), fingerprint_of(self.certificate))

    def test_required_refuses_plain_each_in_its_own_way(self):
        with self.server("--set", "tls.required=true") as server:
            port = server.ports["http"]
            status, headers, _ = server.client().raw("GET", "/console")
            self.assertEqual((status, headers["Location"]), (307, f"https://127.0.0.1:{port}/console"))
            self.assertEqual(server.client().raw("POST", "/v1/orders", b"{}")[0], 426)
            with secure_socket(port) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])
            made = json.loads(run("key", "create", "demo", "--json", "--data", server.data).stdout)
            self.assertTrue(made["rtmp_url"].startswith("rtmps://"))
            self.assertTrue(made["whip_url"].startswith("https://"))
            plain = server.publish("demo", made["key"])
            self.assertNotEqual(plain.wait(timeout=20), 0)
            plain.communicate()
            self.start_stream(server, "rtmps")
            self.assertEqual(server.ops("/healthz")[0], 200, "the ops port stays plain, on this machine alone")

    def test_the_demo_publishes_to_itself_under_tls_too(self):
        with self.server("--set", "tls.required=true", command="demo") as server:
            until("the demo stream is live", lambda: "media.publish_started" in server.read_log())
            self.assertIn("https://", server.read_output())

    def test_a_start_with_files_that_do_not_fit_says_so(self):
        _, other_key = make_certificate(self.folder, "other")
        self.key = other_key
        server = self.server_that_fails()
        self.assertIn(f"tls.key = {other_key}: belongs to another certificate", server)

    def test_required_without_a_certificate_does_not_start(self):
        self.certificate = self.key = ""
        self.assertIn("give tls.certificate and tls.key", self.server_that_fails("--set", "tls.required=true"))

    def server_that_fails(self, *more: str) -> str:
        with Server("--set", f"tls.certificate={self.certificate}", "--set", f"tls.key={self.key}", *more,
                    wait=False) as server:
            self.assertEqual(server.process.wait(timeout=20), 1)
            return server.read_log()

    def test_the_doctor_looks_at_the_pair(self):
        def tls_finding(certificate: str, key: str) -> dict:
            report = json.loads(run("doctor", "--json", "--data", self.folder, "--set",
                                    f"tls.certificate={certificate}", "--set", f"tls.key={key}").stdout)
            return next(each for each in report["checks"] if each["name"] == "tls")

        self.assertEqual(tls_finding(self.certificate, self.key)["state"], "ok")
        ending, ending_key = make_certificate(self.folder, "ending", days=2)
        self.assertEqual(tls_finding(ending, ending_key)["state"], "warn")
        mismatch = tls_finding(self.certificate, ending_key)
        self.assertEqual(mismatch["state"], "fail")
        self.assertIn("its own key", mismatch["mend"])
        os.chmod(self.key, 0o644)
        self.assertEqual(tls_finding(self.certificate, self.key)["mend"], f"chmod o= {self.key}")

    def test_half_open_handshakes_do_not_keep_others_out(self):
        with self.server("--set", "tls.handshake_ms=2000") as server:
            port = server.ports["http"]
            half = []
            for _ in range(300):
                connection = socket.create_connection(("127.0.0.1", port), timeout=20)
                connection.sendall(b"\x16\x03\x01\x02\x00\x01")
                half.append(connection)
            for _ in range(20):
                self.assertTrue(fingerprint_at(port))
            until("they are cut", lambda: 'outcome="late"} 300' in server.ops("/metrics")[1])
            for connection in half:
                self.assertEqual(connection.recv(1), b"")
                connection.close()


if __name__ == "__main__":
    unittest.main()
