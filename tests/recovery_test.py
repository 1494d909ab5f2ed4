"""Kill -9 of engine, keeper and shim: what runs goes on, and every later command tells the truth.

The steps write a ledger outside of the run: a line when they begin and one when they end.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import geartrain_binary
from processes import children, is_alive

PIPELINE = """
name: ledger
steps:
  first:
    run: |
      echo "first begins $PPID $$" >>ledger
      while [ ! -e go ]; do sleep 0.05; done
      echo "first ends" >>ledger
      echo made >${{ outputs.made }}
    outputs: {made: {path: made.txt}}
    retry: {limit: 1, on: [lost]}
  second:
    run: |
      echo "second begins $PPID $$" >>ledger
      cat ${{ inputs.made }} >>ledger
      echo "second ends" >>ledger
    inputs: {made: "${{ steps.first.outputs.made }}"}
"""
DEADLINE_SECONDS = 60


class RecoveryTest(unittest.TestCase):
    def setUp(self):
        self.binary = geartrain_binary.path()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        (self.folder / "pipeline.yaml").write_text(PIPELINE)
        self.ledger = self.folder / "ledger"

    def start(self, *arguments):
        engine = subprocess.Popen(
            [self.binary, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.end, engine)
        return engine

    def end(self, engine):
        if engine.poll() is None:
            engine.kill()
        engine.wait()
        (self.folder / "go").touch()

    def command(self, *arguments):
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
        )
        return done

    def show(self):
        done = self.command("show", "latest", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def wait_for(self, what, condition):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.02)

    def lines(self):
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []

    def wait_until_first_runs(self, times=1):
        begun = lambda: [line for line in self.lines() if line.startswith("first begins")]
        self.wait_for("the first step", lambda: len(begun()) == times)
        shim, step = begun()[-1].split()[2:]
        return int(shim), int(step)

    def words(self):
        """The ledger without process ids."""
        return [" ".join(line.split()[:2]) for line in self.lines()]

    WHOLE = ["first begins", "first ends", "second begins", "made", "second ends"]

    def test_an_engine_that_dies_leaves_its_steps_running_and_attach_finishes_the_run(self):
        engine = self.start("run")
        _, step = self.wait_until_first_runs()
        engine.kill()
        engine.wait()
        self.assertTrue(is_alive(step))
        self.assertEqual(self.show()["state"], "running")
        (self.folder / "go").touch()
        done = self.command("attach", "latest")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.words(), self.WHOLE)
        self.assertEqual([task["attempts"] for task in self.show()["tasks"]], [1, 1])

    def test_a_step_that_ends_while_no_engine_lives_is_not_repeated(self):
        engine = self.start("run")
        shim, step = self.wait_until_first_runs()
        engine.kill()
        engine.wait()
        (self.folder / "go").touch()
        self.wait_for("the end of the step's supervisor", lambda: not is_alive(shim))
        self.assertEqual(self.words(), self.WHOLE[:2])
        done = self.command("attach", "latest")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.words(), self.WHOLE)

    def test_engine_and_keeper_may_both_die(self):
        engine = self.start("run")
        _, step = self.wait_until_first_runs()
        keepers = children(engine.pid)
        self.assertTrue(keepers)
        engine.kill()
        for keeper in keepers:
            os.kill(keeper, signal.SIGKILL)
        engine.wait()
        self.assertTrue(is_alive(step))
        (self.folder / "go").touch()
        done = self.command("attach", "latest")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.words(), self.WHOLE)

    def test_a_keeper_that_dies_alone_costs_nothing(self):
        engine = self.start("run")
        self.wait_until_first_runs()
        for keeper in children(engine.pid):
            os.kill(keeper, signal.SIGKILL)
        (self.folder / "go").touch()
        self.assertEqual(engine.wait(timeout=DEADLINE_SECONDS), 0)
        self.assertEqual(self.words(), self.WHOLE)
        self.assertEqual([task["attempts"] for task in self.show()["tasks"]], [1, 1])

    def test_a_shim_that_dies_loses_its_attempt_and_its_tree_and_the_retry_repeats_it(self):
        engine = self.start("run")
        shim, step = self.wait_until_first_runs()
        os.kill(shim, signal.SIGKILL)
        self.wait_until_first_runs(times=2)
        self.wait_for("the end of the lost tree", lambda: not is_alive(step))
        (self.folder / "go").touch()
        self.assertEqual(engine.wait(timeout=DEADLINE_SECONDS), 0)
        self.assertEqual(self.words(), ["first begins", *self.WHOLE])
        self.assertEqual([task["attempts"] for task in self.show()["tasks"]], [2, 1])

    def test_a_run_survives_an_engine_that_dies_again_and_again(self):
        engine = self.start("run")
        self.wait_until_first_runs()
        for _ in range(5):
            engine.kill()
            engine.wait()
            engine = self.start("attach", "latest")
            # It has taken over when it is the owner that show speaks of.
            self.wait_for("a new owner", lambda: self.show().get("driven", True))
        (self.folder / "go").touch()
        self.assertEqual(engine.wait(timeout=DEADLINE_SECONDS), 0)
        self.assertEqual(self.words(), self.WHOLE)

    def test_two_runs_at_once_in_one_home_both_work(self):
        (self.folder / "go").touch()
        engines = [self.start("run"), self.start("run")]
        for engine in engines:
            self.assertEqual(engine.wait(timeout=DEADLINE_SECONDS), 0)
        done = self.command("runs", "--json")
        runs = json.loads(done.stdout)
        self.assertEqual([run["state"] for run in runs], ["succeeded", "succeeded"])
        self.assertEqual({run["name"] for run in runs}, {"ledger/1", "ledger/2"})

    def test_a_run_without_engine_can_be_cancelled(self):
        engine = self.start("run")
        shim, step = self.wait_until_first_runs()
        engine.kill()
        engine.wait()
        done = self.command("cancel", "latest")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_for("the end of the step", lambda: not is_alive(step))
        self.assertEqual(self.show()["state"], "cancelled")


if __name__ == "__main__":
    unittest.main()
