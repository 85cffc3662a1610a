#!/usr/bin/env python3
"""Holds a real server's metrics against `promtool check metrics`, with a stream and each kind of viewer.

streams_test.py reads the same text by a parser of our own; this is the counterpart others use. It is not one of
CTest's: promtool comes with all of Prometheus, which only `./dev test --all` installs.
"""
import shutil
import subprocess
import sys

from harness import Server, until


def watch(url: str) -> subprocess.Popen:
    return subprocess.Popen(["ffmpeg", "-v", "error", "-i", url, "-f", "null", "-"],
                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    if shutil.which("promtool") is None:
        print("promtool is not installed (Debian package prometheus)", file=sys.stderr)
        return 1
    with Server() as server:
        owner = server.owner()
        key = owner.call("POST", "/v1/streams/demo/keys", {})["key"]
        publisher = server.publish("demo", key)
        viewers = []
        try:
            until("the stream", lambda: owner.call("GET", "/v1/streams/demo")["state"] == "live")
            viewers = [watch(f"http://127.0.0.1:{server.ports['http']}/live/demo.flv"),
                       watch(f"rtmp://127.0.0.1:{server.ports['rtmp']}/live/demo")]
            until("both viewers", lambda: owner.call("GET", "/v1/streams/demo")["viewers"] == 2)
            until("their latencies", lambda: 'protocol="rtmp",stream="demo"' in server.ops("/metrics")[1])
            text = server.ops("/metrics")[1]
        finally:
            publisher.stderr.close()
            for program in (publisher, *viewers):
                program.kill()
                program.wait()
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    print(checked.stdout + checked.stderr, end="")
    print(f"{len(text.splitlines())} lines, promtool says {checked.returncode}")
    return checked.returncode


if __name__ == "__main__":
    sys.exit(main())
