"""A home on a network file system is used, with a warning that says what may happen and what to do.

No network file system can be mounted everywhere: here the local one is made to say that it is one.
"""

import os
import unittest
from pathlib import Path

from command_line import Case

PIPELINE = "name: one\nsteps: {make: {run: 'true'}}\n"
WORDS = "lies on a network file system (NFS)"


class NetworkHomeTest(Case):
    def run_on_network(self, *arguments):
        shim = Path(self.binary).parent / "tests/libnetwork_shim.so"
        if not shim.exists():
            self.skipTest("this build has no libnetwork_shim.so")
        # The library is no part of the sanitizers, and they look for being the first.
        environment = dict(
            os.environ,
            NO_COLOR="1",
            LD_PRELOAD=str(shim),
            ASAN_OPTIONS="verify_asan_link_order=0",
        )
        return self.run_to_end(*arguments, env=environment)

    def test_whoever_runs_steps_there_is_warned_and_whoever_looks_is_not(self):
        self.pipeline(PIPELINE)
        code, _, talk = self.run_on_network("run")
        self.assertEqual((code, talk.count(WORDS)), (0, 1), talk)
        self.assertIn("set GEARTRAIN_HOME to a folder on a local disk", talk)
        code, out, talk = self.run_on_network("runs")
        self.assertEqual((code, talk.count(WORDS)), (0, 0), talk)
        self.assertIn("one/1", out)

    def test_a_local_home_is_not_warned_of(self):
        self.pipeline(PIPELINE)
        code, _, talk = self.run_to_end("run")
        self.assertEqual((code, talk.count("network file system")), (0, 0), talk)


if __name__ == "__main__":
    unittest.main()
