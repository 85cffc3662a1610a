"""The program from the network's side: both address families, and those who mean no good."""
import json
import subprocess
import unittest

from harness import Server, until
from siege import siege


def codecs(url: str) -> list[str]:
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "json", url],
        capture_output=True, text=True, timeout=30)
    return sorted(stream["codec_name"] for stream in json.loads(probe.stdout or "{}").get("streams", []))


class AddressFamilies(unittest.TestCase):
    def test_publish_and_play_over_ipv4_and_ipv6(self):
        with Server("--bind", "127.0.0.1", "--bind", "::1") as server:
            owner = server.owner()
            publishers = []
            try:
                for stream, host in (("four", "127.0.0.1"), ("six", "[::1]")):
                    key = owner.call("POST", f"/v1/streams/{stream}/keys", {})["key"]
                    publishers.append(server.publish(stream, key, host=host))
                for stream in ("four", "six"):
                    until(f"{stream} is live",
                          lambda stream=stream: owner.call("GET", f"/v1/streams/{stream}")["state"] == "live")
                    for host in ("127.0.0.1", "[::1]"):
                        for url in (f"http://{host}:{server.ports['http']}/live/{stream}.flv",
                                    f"rtmp://{host}:{server.ports['rtmp']}/live/{stream}"):
                            self.assertEqual(codecs(url), ["aac", "h264"], url)
            finally:
                for publisher in publishers:
                    publisher.kill()
                    publisher.wait()
                    publisher.stderr.close()


class Besieged(unittest.TestCase):
    """The same with thousands of besiegers is `./dev test --all`'s."""

    def test_those_who_mean_well_are_served_all_the_same(self):
        self.assertTrue(siege(half_open=300, slow=150, seconds=4))

    def test_so_is_who_shares_the_address_of_the_besiegers(self):
        self.assertTrue(siege(half_open=300, slow=150, seconds=4, one_address=True))


if __name__ == "__main__":
    unittest.main()
