"""Starts the real program on free ports with a data directory of its own, and talks to it.

The program is $VITRINE_BIN, or build/dev/vitrine. Every wait is for a condition, with a deadline.
"""
import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("VITRINE_BIN", str(ROOT / "build/dev/vitrine"))
MODULES = ["ops", "members", "media", "rooms", "shop"]
DEADLINE_S = 30.0


def until(what: str, condition, deadline_s: float = DEADLINE_S):
    """The first truthy answer of `condition`, asked again and again until the deadline."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {deadline_s} s: {what}")


def run(*words: str, **options) -> subprocess.CompletedProcess:
    """A command of the program, to its end."""
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, **options)


class Server:
    """One running server. Use in a with statement: it is killed at the end."""

    def __init__(self, *flags: str, data: str | None = None, command: str = "serve", wait: bool = True):
        self.own_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="vitrine-")
        self.ready_file = os.path.join(self.data, "ready.json")
        pathlib.Path(self.ready_file).unlink(missing_ok=True)
        self.log = tempfile.TemporaryFile(mode="w+")
        self.out = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [BINARY, command, "--data", self.data, "--http-port", "0", "--rtmp-port", "0", "--rtc-port", "0",
             "--ops-port", "0", "--ready-file", self.ready_file, *flags],
            stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.log)
        self.ports: dict[str, int] = {}
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        def ready():
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.read_log()}"
            return os.path.exists(self.ready_file)

        until("the ready file", ready)
        self.ports = json.loads(pathlib.Path(self.ready_file).read_text())

    def read_log(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def read_output(self) -> str:
        self.out.seek(0)
        return self.out.read()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.kill()
        self.log.close()
        self.out.close()
        if self.own_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=10)

    def ops(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["ops"], timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer.status, content

    def ready(self) -> dict:
        return json.loads(self.ops("/readyz")[1])

    def client(self) -> "Client":
        return Client(self.ports["http"])

    def owner(self) -> "Client":
        """A signed-in owner, made through the one-time link of a first start."""
        link = next(line for line in self.read_output().split() if "/console/claim?token=" in line)
        owner = self.client()
        owner.call("POST", "/v1/owner-claim", {"token": link.split("token=")[1], "name": "owner",
                                               "password": "correct horse battery"})
        return owner

    def publish(self, stream: str, key: str, seconds: int = 600, host: str = "127.0.0.1",
                scheme: str = "rtmp") -> subprocess.Popen:
        """ffmpeg sends a small test picture and a tone in real time."""
        return subprocess.Popen(
            ["ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-f", "lavfi",
             "-i", "sine=frequency=440:sample_rate=44100", "-c:v", "libx264", "-preset", "ultrafast", "-tune",
             "zerolatency", "-g", "25", "-c:a", "aac", "-t", str(seconds), "-f", "flv",
             f"{scheme}://{host}:{self.ports['rtmp']}/live/{stream}?key={key}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


class Client:
    """A browser's worth of cookies over HTTP."""

    def __init__(self, port: int):
        self.port = port
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.count = 0

    def raw(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None):
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf:
            sent["X-CSRF-Token"] = self.csrf
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        content_bytes = answer.read()
        connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition(";")
                key, _, content = cookie.partition("=")
                if "max-age=0" in rest.lower() or not content:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = content
        return answer.status, dict(answer.getheaders()), content_bytes

    def try_call(self, method: str, path: str, body=None, key: str | None = None) -> tuple[int, dict]:
        """Status and JSON. The CSRF token is fetched once; creating calls get a fresh idempotency key."""
        if not self.csrf and path != "/v1/me":
            self.csrf = self.try_call("GET", "/v1/me")[1].get("csrf", "")
        headers = {}
        encoded = None
        if method != "GET":
            self.count += 1
            headers["Idempotency-Key"] = key or f"key-{id(self)}-{self.count}"
        if body is not None:
            encoded = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        status, _, content = self.raw(method, path, encoded, headers)
        answer = json.loads(content) if content else {}
        if isinstance(answer, dict) and answer.get("csrf"):
            self.csrf = answer["csrf"]
        return status, answer

    def call(self, method: str, path: str, body=None, key: str | None = None) -> dict:
        status, answer = self.try_call(method, path, body, key)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def socket(self, room: str, resume: str = "") -> "RoomSocket":
        return RoomSocket(self, room, resume)


class RoomSocket:
    """A WebSocket to a room (RFC 6455, client side, text only)."""

    def __init__(self, client: Client, room: str, resume: str = ""):
        self.connection = socket.create_connection(("127.0.0.1", client.port), timeout=10)
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall(
            f"GET /v1/rooms/{urllib.parse.quote(room)}/socket{resume} HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
            f"Origin: http://127.0.0.1:{client.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nCookie: {cookies}\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            more = self.connection.recv(65536)
            assert more, "the socket was closed before it was upgraded"
            self.buffer += more
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head.decode()

    def exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            more = self.connection.recv(65536)
            if not more:
                raise ConnectionError("closed")
            self.buffer += more
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def events(self) -> list[dict]:
        """The events of the next text frame."""
        while True:
            first, second = self.exactly(2)
            length = second & 127
            if length == 126:
                length = struct.unpack(">H", self.exactly(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.exactly(8))[0]
            payload = self.exactly(length)
            opcode = first & 15
            if opcode == 1:
                return json.loads(payload)
            if opcode == 8:
                raise ConnectionError(f"closed: {payload!r}")

    def next(self, kind: str) -> dict:
        """The next event of that kind; others are passed over."""
        while True:
            for event in self.events():
                if event["kind"] == kind:
                    return event

    def send(self, message: dict) -> None:
        payload = json.dumps(message).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.connection.sendall(b"\x81" + length + mask + masked)

    def close(self) -> None:
        self.connection.close()
