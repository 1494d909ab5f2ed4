"""SIGSTOP of engine, keeper and shim: nobody takes it for death, nothing is lost, and it is told."""

import os
import signal
import unittest

from command_line import SECONDS_MAX, Case
from processes import children, is_alive

PIPELINE = """name: one
steps:
  first:
    run: |
      echo $PPID > shim
      echo x >> first.txt
      echo begun > begun
      read -r line < go
      echo made > ${{ outputs.x }}
    outputs: {x: {path: x}}
    code: [pipeline.yaml]
    SETTINGS
  second:
    run: cat ${{ inputs.x }} >> second.txt
    inputs: {x: "${{ steps.first.outputs.x }}"}
"""


class SuspendTest(Case):
    def start_run(self, settings="timeout: 1h"):
        self.pipeline(PIPELINE.replace("SETTINGS", settings))
        engine = self.start("run")
        self.wait_for_step()
        self.shim = int((self.folder / "shim").read_text())
        return engine

    def suspend(self, pid):
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(self.wake, pid)

    def wake(self, pid):
        if is_alive(pid):
            os.kill(pid, signal.SIGCONT)

    def finish(self, process, code=0):
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, code, talk)
        return talk

    def check_that_all_is_done_once(self):
        self.assertEqual(self.states(), {"first": "succeeded", "second": "succeeded"})
        self.assertEqual([task["attempts"] for task in self.shown()["tasks"]], [1, 1])
        self.assertEqual((self.lines("first.txt"), self.lines("second.txt")), (["x"], ["made"]))

    def test_a_stopped_engine_keeps_its_run_and_takes_in_what_ended_meanwhile(self):
        engine = self.start_run()
        self.suspend(engine.pid)
        follower = self.start("attach", "latest")
        talk = self.wait_for_talk(follower, "is stopped")
        self.assertIn(f"`kill -CONT {engine.pid}` lets it go on", talk)
        self.let_go()
        while is_alive(self.shim) and not self.has_ended():
            pass
        # Nobody else has gone on with the run.
        self.assertFalse((self.folder / "second.txt").exists())
        self.assertEqual((self.shown()["state"], self.shown()["driven"]), ("running", True))
        self.wake(engine.pid)
        self.finish(engine)
        self.assertIn("goes on", self.finish(follower))
        self.check_that_all_is_done_once()

    def has_ended(self):
        """The shim has written how the attempt ended."""
        locks = (self.folder / ".geartrain/attempts").glob("*/lock")
        return any('"cause"' in lock.read_text() for lock in locks)

    def test_cancelling_the_run_of_a_stopped_engine_says_what_is_in_the_way(self):
        engine = self.start_run()
        self.suspend(engine.pid)
        code, _, talk = self.run_to_end("cancel", "latest")
        self.assertEqual(code, 0, talk)
        self.assertIn(f"is stopped (process {engine.pid})", talk)
        self.wake(engine.pid)
        self.finish(engine, 130)
        self.assertEqual(self.states()["first"], "cancelled")

    def test_a_stopped_engine_that_is_killed_leaves_its_run_to_attach(self):
        engine = self.start_run()
        self.suspend(engine.pid)
        engine.kill()
        engine.wait()
        follower = self.start("attach", "latest")
        self.wait_for_talk(follower, "going on with one/1")
        self.let_go()
        self.finish(follower)
        self.check_that_all_is_done_once()

    def test_a_stopped_shim_is_told_and_its_step_taken_in_when_it_goes_on(self):
        engine = self.start_run()
        self.suspend(self.shim)
        talk = self.wait_for_talk(engine, "is stopped")
        self.assertIn("first: the process that supervises it is stopped", talk)
        self.assertIn(f"`kill -CONT {self.shim}`", talk)
        self.let_go()
        self.wake(self.shim)
        self.finish(engine)
        self.check_that_all_is_done_once()

    def test_a_cancelled_run_does_not_wait_for_a_stopped_shim(self):
        engine = self.start_run()
        self.suspend(self.shim)
        self.wait_for_talk(engine, "is stopped")
        code, _, talk = self.run_to_end("cancel", "latest")
        self.assertEqual(code, 0, talk)
        self.finish(engine, 130)
        self.assertEqual(self.states()["first"], "cancelled")

    def test_the_time_limit_of_a_step_whose_shim_was_stopped_holds_when_it_goes_on(self):
        engine = self.start_run("timeout: 1s")
        self.suspend(self.shim)
        self.wait_for_talk(engine, "its end and its time limit go unnoticed")
        self.wake(self.shim)
        self.finish(engine, 1)
        self.assertEqual(self.shown()["tasks"][0]["cause"], "timeout")

    def test_a_stopped_keeper_is_told_and_starts_the_rest_when_it_goes_on(self):
        engine = self.start_run()
        (nursery,) = children(engine.pid)
        (keeper,) = children(nursery)
        self.suspend(keeper)
        talk = self.wait_for_talk(engine, "is stopped")
        self.assertIn(f"the process that starts attempts is stopped: `kill -CONT {keeper}`", talk)
        self.let_go()
        self.wake(keeper)
        self.finish(engine)
        self.check_that_all_is_done_once()

    def test_without_keeper_and_nursery_the_run_is_left_to_attach(self):
        engine = self.start_run()
        (nursery,) = children(engine.pid)
        (keeper,) = children(nursery)
        os.kill(nursery, signal.SIGKILL)
        os.kill(keeper, signal.SIGKILL)
        self.let_go()
        talk = self.finish(engine, 7)
        self.assertIn("keeper and nursery) were killed", talk)
        self.assertIn("`geartrain attach one/1` goes on with it", talk)
        code, _, talk = self.run_to_end("attach", "latest")
        self.assertEqual(code, 0, talk)
        self.check_that_all_is_done_once()


if __name__ == "__main__":
    unittest.main()
