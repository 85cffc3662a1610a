#!/usr/bin/env python3
"""Besieges a real server and counts how many of those who mean well are still served.

    tests/system/siege.py [--half-open 2000] [--slow 600] [--seconds 20] [--one-address]

Half-open RTMP connections (silent, half a handshake, a whole one and then nothing) from many addresses, and
slow HTTP clients (a head a byte at a time, a body that never comes, viewers that never read) are kept up all
the while: what the server closes is opened again. Meanwhile publishers, viewers and API calls come and go.
With --one-address all of them, and those who mean well, come from one address, as from behind one router.
Prints one line a kind, and fails below 99.9 %.
"""
import argparse
import concurrent.futures
import http.client
import itertools
import os
import random
import resource
import selectors
import socket
import struct
import sys
import threading
import time

from harness import Server, until

LEAST = 0.999
PATIENCE_S = 5.0
HELLO = b"\x03" + bytes(1536)


def address(number: int) -> str:
    """Another address of loopback for each besieger."""
    return f"127.{1 + number // 62500 % 100}.{number // 250 % 250}.{1 + number % 250}"


class Besiegers:
    """Sockets that mean no good, each opened again when the server closes it."""

    RTMP = [b"", b"\x03", HELLO[:700], HELLO + bytes(1536)]
    HTTP = [b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /v1/buyers/codes HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{",
            b"GET /live/siege.flv HTTP/1.1\r\nHost: x\r\n\r\n"]

    def __init__(self, ports: dict[str, int], half_open: int, slow: int, one_address: bool):
        self.one_address = one_address
        self.selector = selectors.DefaultSelector()
        self.numbers = itertools.count()
        self.sockets: set[socket.socket] = set()
        self.stopping = False
        self.reopened = 0
        wanted = [(ports["rtmp"], self.RTMP)] * half_open + [(ports["http"], self.HTTP)] * slow
        for port, words in wanted:
            self.open(port, random.choice(words))
        self.thread = threading.Thread(target=self.keep_up)
        self.thread.start()

    def open(self, port: int, words: bytes) -> None:
        one = socket.socket()
        one.setblocking(False)
        one.bind(("127.0.0.1" if self.one_address else address(next(self.numbers)), 0))
        one.connect_ex(("127.0.0.1", port))
        self.sockets.add(one)
        self.selector.register(one, selectors.EVENT_WRITE, (port, words))

    def keep_up(self) -> None:
        while not self.stopping:
            for key, events in self.selector.select(0.2):
                port, words = key.data
                if events & selectors.EVENT_WRITE:
                    try:
                        key.fileobj.send(words)
                    except OSError:
                        pass
                    # A viewer that never reads is left alone; of the others a close is to be seen.
                    silent = words.startswith(b"GET /live")
                    self.selector.unregister(key.fileobj)
                    if not silent:
                        self.selector.register(key.fileobj, selectors.EVENT_READ, key.data)
                    continue
                try:
                    closed = not key.fileobj.recv(65536)
                except BlockingIOError:
                    continue
                except OSError:
                    closed = True
                if closed:
                    self.selector.unregister(key.fileobj)
                    self.sockets.remove(key.fileobj)
                    key.fileobj.close()
                    self.reopened += 1
                    self.open(port, words)

    def stop(self) -> None:
        self.stopping = True
        self.thread.join()
        for one in self.sockets:
            one.close()


def text(value: str) -> bytes:
    return b"\x02" + struct.pack(">H", len(value)) + value.encode()


def command(name: str, transaction: int, *more: bytes, stream: int = 0) -> bytes:
    """An AMF0 command in one chunk; it is short enough for the chunk size of 128."""
    body = text(name) + b"\x00" + struct.pack(">d", transaction) + b"".join(more)
    head = b"\x03" + bytes(3) + len(body).to_bytes(3, "big") + b"\x14" + struct.pack("<I", stream)
    pieces = [body[at:at + 128] for at in range(0, len(body), 128)]
    return head + b"\xc3".join(pieces)


def publish(port: int, key: str) -> None:
    """All an encoder says until it may send."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as one:
        one.sendall(HELLO + bytes(1536))
        app = b"\x03" + b"\x00\x03app" + text("live") + b"\x00\x00\x09"
        one.sendall(command("connect", 1, app) + command("createStream", 2, b"\x05")
                    + command("publish", 3, b"\x05", text(f"visitor?key={key}&takeover=1"), text("live"), stream=1))
        heard = b""
        while b"NetStream.Publish.Start" not in heard:
            more = one.recv(65536)
            assert more, "closed"
            heard += more


def watch(port: int) -> None:
    """To the end of the first key frame's first bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as one:
        one.sendall(b"GET /live/siege.flv HTTP/1.1\r\nHost: x\r\n\r\n")
        heard = b""
        while b"\x17\x01" not in heard:
            more = one.recv(65536)
            assert more, "closed"
            heard += more


def call(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("GET", "/v1/me")
    assert connection.getresponse().status == 200
    connection.close()


def visit(kind: str, act, seconds: float) -> tuple[str, int, list[str], float]:
    """How often it was tried, why it failed, and the slowest that did not."""
    tries, failures, slowest = 0, [], 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        tries += 1
        try:
            act()
            slowest = max(slowest, time.monotonic() - began)
        except (OSError, AssertionError) as error:
            failures.append(repr(error))
    return kind, tries, failures, slowest


def siege(half_open: int, slow: int, seconds: float, one_address: bool = False) -> bool:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 65536), limit))
    with Server() as server:
        owner = server.owner()
        keys = {stream: owner.call("POST", f"/v1/streams/{stream}/keys", {})["key"] for stream in ("siege", "visitor")}
        picture = server.publish("siege", keys["siege"])
        besiegers = None
        try:
            until("the stream is live", lambda: owner.call("GET", "/v1/streams/siege")["state"] == "live")
            besiegers = Besiegers(server.ports, half_open, slow, one_address)
            acts = [("publish", lambda: publish(server.ports["rtmp"], keys["visitor"])),
                    ("watch", lambda: watch(server.ports["http"])), ("call", lambda: call(server.ports["http"]))]
            with concurrent.futures.ThreadPoolExecutor(len(acts)) as pool:
                answers = [pool.submit(visit, kind, act, seconds) for kind, act in acts]
                results = [answer.result() for answer in answers]
            with open(f"/proc/{server.process.pid}/status") as status:
                memory_kb = int(next(line for line in status if line.startswith("VmRSS")).split()[1])
        finally:
            if besiegers:
                besiegers.stop()
            picture.kill()
            picture.wait()
            picture.stderr.close()
    print(f"{half_open} half-open RTMP, {slow} slow HTTP, {besiegers.reopened} opened again; "
          f"server {memory_kb // 1024} MiB")
    good = True
    for kind, tries, failures, slowest in results:
        share = 1 - len(failures) / tries
        good = good and share >= LEAST
        print(f"{kind:8} {tries:6} tries  {share:8.3%}  slowest {slowest * 1000:6.0f} ms  {failures[:1] or ''}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half-open", type=int, default=2000)
    parser.add_argument("--slow", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--one-address", action="store_true")
    options = parser.parse_args()
    return 0 if siege(options.half_open, options.slow, options.seconds, options.one_address) else 1


if __name__ == "__main__":
    sys.exit(main())
