"""Pools and GPUs that several geartrains share: one waits for another, also for one that was killed."""

import json
import os
import signal
import time
import unittest

from command_line import SECONDS_MAX, Case

PIPELINE = """
name: shared
steps:
  work:
    run: |
      echo "begins $CUDA_VISIBLE_DEVICES" >>ledger
      until [ -e go ]; do sleep 0.02; done
      echo ends >>ledger
"""


class PoolsTest(Case):
    def make_pipes(self):
        """The ledger and the file `go` do here."""

    def wait_for(self, what, condition):
        deadline = time.monotonic() + SECONDS_MAX
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.02)

    def ledger(self):
        path = self.folder / "ledger"
        return path.read_text().splitlines() if path.exists() else []

    def pools(self):
        code, out, talk = self.run_to_end("pools", "--json")
        self.assertEqual(code, 0, talk)
        return json.loads(out)

    def waiting(self):
        return [task["task"] for task in self.pools()[0]["waiting"]]

    def end(self, process):
        (self.folder / "go").touch()
        super().end(process)

    def begin_with_slot(self):
        self.pipeline(PIPELINE + "    pool: one\n")
        self.assertEqual(self.run_to_end("pools", "set", "one", "1")[0], 0)
        first = self.start("run")
        self.wait_for("the first step", lambda: len(self.ledger()) == 1)
        second = self.start("run")
        self.wait_for("the second run to wait", lambda: self.waiting() == ["shared/2 work"])
        return first, second

    def test_one_geartrain_waits_for_the_slot_of_another(self):
        first, second = self.begin_with_slot()
        self.assertEqual(len(self.ledger()), 1)
        (self.folder / "go").touch()
        for process in [first, second]:
            talk = process.communicate(timeout=SECONDS_MAX)[1]
            self.assertEqual(process.returncode, 0, talk)
        self.assertIn("work: waits for pool one: 1 of 1 slots taken by shared/1 work", talk)
        self.assertEqual(self.ledger(), ["begins ", "ends"] * 2)
        self.assertEqual(self.pools()[0]["used"], 0)

    def test_a_killed_geartrain_keeps_its_slot_until_its_step_has_ended(self):
        first, second = self.begin_with_slot()
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        self.assertEqual(self.pools()[0]["holders"][0]["driven"], False)
        self.assertIn("geartrain attach shared/1", self.run_to_end("pools")[1])
        self.assertEqual(len(self.ledger()), 1)
        (self.folder / "go").touch()
        talk = second.communicate(timeout=SECONDS_MAX)[1]
        self.assertEqual(second.returncode, 0, talk)
        code, _, talk = self.run_to_end("attach", "shared/1")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.ledger(), ["begins ", "ends"] * 2)
        self.assertEqual(self.pools()[0]["holders"], [])

    def test_an_opened_pool_lets_go_on_at_once(self):
        _, second = self.begin_with_slot()
        self.assertEqual(self.run_to_end("pools", "set", "one", "2")[0], 0)
        self.wait_for("the second step", lambda: len(self.ledger()) == 2)
        (self.folder / "go").touch()
        self.assertEqual(second.wait(SECONDS_MAX), 0)

    def test_a_run_that_waits_can_be_cancelled(self):
        first, second = self.begin_with_slot()
        self.assertEqual(self.run_to_end("cancel", "shared/2")[0], 0)
        self.assertEqual(second.wait(SECONDS_MAX), 130)
        self.assertEqual(self.waiting(), [])
        (self.folder / "go").touch()
        self.assertEqual(first.wait(SECONDS_MAX), 0)

    def test_each_step_has_a_gpu_of_its_own(self):
        self.pipeline(PIPELINE + "    resources: {gpu: 1}\n")
        environment = dict(os.environ, GEARTRAIN_GPUS="4,7")
        runs = [self.start("run", "-j", "2", env=environment) for _ in range(3)]
        self.wait_for("two steps", lambda: len(self.ledger()) == 2)
        self.assertEqual(sorted(self.ledger()), ["begins 4", "begins 7"])
        self.wait_for("the third", lambda: "GPU waited for by" in self.run_to_end("pools")[1])
        (self.folder / "go").touch()
        for run in runs:
            self.assertEqual(run.wait(SECONDS_MAX), 0)
        self.assertEqual(len(self.ledger()), 6)


if __name__ == "__main__":
    unittest.main()
