"""The short form of tests/kill_loop.py; a seed that finds something is printed."""

import os
import random
import unittest

import geartrain_binary
from kill_loop import Loop

RUNS = 8


class KillLoopTest(unittest.TestCase):
    def test_nothing_is_lost_or_committed_twice_while_everything_is_killed(self):
        drawn = random.SystemRandom().randrange(2**32)
        seed = int(os.environ.get("GEARTRAIN_SEED", drawn))
        print(f"GEARTRAIN_SEED={seed}")
        loop = Loop(geartrain_binary.path(), seed)
        self.addCleanup(loop.remove)
        for number in range(1, RUNS + 1):
            loop.run_to_end(number)
        self.assertGreater(sum(loop.kills.values()), RUNS)


if __name__ == "__main__":
    unittest.main()
