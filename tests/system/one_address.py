#!/usr/bin/env python3
"""As many buyers as a carrier's router hides behind one address come into one room, each with a sign-in of its own,
and each says a line; one guest of the same address floods.

    tests/system/one_address.py [--buyers 5000]

They come through a proxy that the server trusts, so that all have one address which is not loopback. Every buyer
must be let in, must see the room, and must have its line acknowledged; the guest may be heard no more often than any
other. Prints what came of it, and fails when a buyer was not served or the guest was.
"""
import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import resource
import sys
import tempfile
import time

from harness import Server

ADDRESS = "203.0.113.77"
AT_ONCE = 100
SECRET = os.urandom(32)
FLOOD_EVERY_S = 0.02
HEARD_MAX_A_SECOND = 1.5  # a line a second is a viewer's pace; a burst comes on top
BURST = 5


def signed_in_as(buyer: int) -> str:
    """The token of the merchant's own site."""
    def part(content: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    text = f"{part({'alg': 'HS256', 'kid': 'k', 'typ': 'JWT'})}.{part({'sub': f'buyer-{buyer}', 'aud': 'vitrine', 'exp': int(time.time()) + 3600})}"
    mark = hmac.new(SECRET, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


class Person:
    """One browser: its cookies and its socket."""

    def __init__(self, port: int):
        self.port = port
        self.cookies = ""
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def call(self, method: str, path: str, body: dict | None = None) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        content = json.dumps(body).encode() if body is not None else b""
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nX-Forwarded-For: {ADDRESS}\r\n"
                     f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
                     f"Cookie: {self.cookies}\r\n\r\n".encode() + content)
        answer = (await reader.read()).decode(errors="replace")
        writer.close()
        head = answer.partition("\r\n\r\n")[0].split("\r\n")
        made = [line.split(":", 1)[1].split(";")[0].strip() for line in head if line.lower().startswith("set-cookie:")]
        if made:
            self.cookies = "; ".join(made)
        return int(head[0].split()[1]) if head[0] else 0

    async def enter(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write(f"GET /v1/rooms/r/socket HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nOrigin: "
                          f"http://127.0.0.1:{self.port}\r\nX-Forwarded-For: {ADDRESS}\r\nUpgrade: websocket\r\n"
                          f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                          f"Cookie: {self.cookies}\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head.decode()

    async def events(self) -> list:
        while True:
            first, second = await self.reader.readexactly(2)
            length = second & 127
            if length > 125:
                length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
            payload = await self.reader.readexactly(length)
            if first & 15 == 1:
                return json.loads(payload)
            assert first & 15 != 8, f"closed: {payload!r}"

    async def next(self, *kinds: str) -> dict:
        while True:
            for event in await self.events():
                if event["kind"] in kinds:
                    return event

    def say(self, text: str) -> None:
        payload = json.dumps({"kind": "chat", "ref": "r", "text": text}).encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        self.writer.write(b"\x81" + length + mask + masked)


async def buy_in(person: Person, number: int, gate: asyncio.Semaphore, keep: list) -> str:
    """What a buyer meets; empty when it was served."""
    async with gate:
        try:
            status = await person.call("POST", "/v1/buyers/sessions",
                                       {"token": signed_in_as(number), "consent": True})
            if status >= 300:
                return f"sign-in {status}"
            await asyncio.wait_for(person.enter(), 30)
            await asyncio.wait_for(person.next("snapshot"), 30)
            person.say(f"buyer {number} would like to know more about lot {number * 7919 % 100_003}")
            answer = await asyncio.wait_for(person.next("ack", "error"), 30)
            keep.append(person)  # and it stays while the others come
            return "" if answer["kind"] == "ack" else answer["slug"]
        except (OSError, AssertionError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            return f"{type(error).__name__} {error}"[:80]


async def flood(person: Person, done: asyncio.Event) -> dict:
    """A guest that says fifty lines a second; how often it was heard, and what it was told."""
    told: dict = {}
    await person.call("GET", "/v1/me")
    await person.enter()
    await person.next("snapshot")
    began = time.monotonic()

    async def listen():
        while True:
            for event in await person.events():
                if event["kind"] in ("ack", "error"):
                    name = event.get("slug", "heard")
                    told[name] = told.get(name, 0) + 1

    listening = asyncio.create_task(listen())
    number = 0
    while not done.is_set() and not listening.done():
        number += 1
        person.say(f"look at my own shop number {number} instead of this one")
        await asyncio.sleep(FLOOD_EVERY_S)
    listening.cancel()
    told["said"] = number
    told["seconds"] = time.monotonic() - began
    return told


async def play(port: int, buyers: int) -> bool:
    gate = asyncio.Semaphore(AT_ONCE)
    done = asyncio.Event()
    flooding = asyncio.create_task(flood(Person(port), done))
    inside: list = []
    began = time.monotonic()
    outcomes = await asyncio.gather(*(buy_in(Person(port), number, gate, inside) for number in range(buyers)))
    seconds = time.monotonic() - began
    done.set()
    told = await flooding
    turned_away: dict = {}
    for outcome in filter(None, outcomes):
        turned_away[outcome] = turned_away.get(outcome, 0) + 1
    heard = told.get("heard", 0)
    print(f"{len(inside)} of {buyers} buyers of one address inside in {seconds:.0f} s, {outcomes.count('')} served, "
          f"turned away: {turned_away or 'none'}; the flooding guest said {told['said']} lines, heard {heard}: {told}")
    return not turned_away and heard <= BURST + HEARD_MAX_A_SECOND * told["seconds"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buyers", type=int, default=5000)
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.NamedTemporaryFile() as key:
        key.write(SECRET)
        key.flush()
        with Server("--set", f"members.jwt_keys=k=HS256:{key.name}", "--set",
                    "net.trusted_proxies=127.0.0.1") as server:
            server.owner().call("POST", "/v1/rooms", {"room": "r", "title": "Room", "host_name": "Mei"})
            return 0 if asyncio.run(play(server.ports["http"], arguments.buyers)) else 1


if __name__ == "__main__":
    sys.exit(main())
