"""A few cycles of kill.py on each engine; `./dev test --all` runs 200."""
import unittest

import kill


class Kill(unittest.TestCase):
    def test_kills_during_a_sale_lose_and_oversell_nothing_on_sqlite(self):
        kill.run_on("sqlite", 4)

    def test_kills_during_a_sale_lose_and_oversell_nothing_on_postgres(self):
        kill.run_on("postgres", 4)


if __name__ == "__main__":
    unittest.main()
