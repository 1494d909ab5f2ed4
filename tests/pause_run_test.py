"""Runs that somebody has paused, and runs that are late."""

import json
import signal
import unittest

from command_line import SECONDS_MAX, Case

TWO_STEPS = """name: slow
deadline: 1h
steps:
  wait:
    run: |
      echo begun > "$PROJECT/begun"
      read word < "$PROJECT/go"
      echo $word >> "$PROJECT/ledger"
    env: {PROJECT: FOLDER}
  after:
    run: echo after >> "$PROJECT/ledger"
    needs: wait
    env: {PROJECT: FOLDER}
"""
PAUSED = "slow/1 is paused: nothing new"


class PauseRunTest(Case):
    def setUp(self):
        super().setUp()
        self.pipeline(TWO_STEPS.replace("FOLDER", str(self.folder)))

    def paused_run(self):
        run = self.start("run")
        self.wait_for_step()
        code, _, talk = self.run_to_end("pause", "slow/1")
        self.assertEqual(code, 0, talk)
        self.assertIn(PAUSED, talk)
        self.wait_for_talk(run, PAUSED)
        return run

    def ends_well(self, process):
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 0, talk)
        self.assertEqual(self.lines("ledger"), ["word", "after"])

    def test_what_runs_ends_and_the_rest_waits_for_resume(self):
        run = self.paused_run()
        self.let_go()
        self.wait_for_talk(run, "wait")
        self.assertEqual(self.shown()["state"], "paused")
        listed = json.loads(self.run_to_end("runs", "--state", "paused", "--json")[1])
        self.assertEqual([one["name"] for one in listed], ["slow/1"])
        self.assertIn("paused", self.run_to_end("show", "slow/1")[1])
        code, out, _ = self.run_to_end("resume", "slow/1", "--json")
        self.assertEqual((code, json.loads(out)), (0, {"run": "slow/1", "was_paused": True}))
        self.ends_well(run)

    def test_it_stays_paused_when_its_driver_is_gone(self):
        run = self.paused_run()
        run.send_signal(signal.SIGKILL)
        run.wait()
        self.let_go()
        follower = self.start("attach", "slow/1")
        self.wait_for_talk(follower, "slow/1 is paused")
        self.run_to_end("resume", "slow/1")
        self.ends_well(follower)

    def test_a_paused_run_is_cancelled_as_any_other(self):
        run = self.paused_run()
        self.assertEqual(self.run_to_end("cancel", "slow/1")[0], 0)
        run.communicate(timeout=SECONDS_MAX)
        self.assertEqual(self.shown()["state"], "cancelled")
        code, _, talk = self.run_to_end("pause", "slow/1")
        self.assertEqual(code, 7, talk)
        self.assertIn("has ended", talk)

    def test_a_deadline_is_shown(self):
        run = self.start("run")
        self.wait_for_step()
        shown = self.shown()
        self.assertIsNotNone(shown["deadline"])
        self.assertIsNone(shown["deadline_missed_at"])
        self.let_go()
        self.ends_well(run)

    def test_a_run_that_is_late_says_so(self):
        self.pipeline(TWO_STEPS.replace("FOLDER", str(self.folder)).replace("1h", "0.1s"))
        run = self.start("run")
        self.wait_for_step()
        self.wait_for_talk(run, "slow/1 is late: its deadline was ")
        self.assertIsNotNone(self.shown()["deadline_missed_at"])
        self.assertIn(", missed", self.run_to_end("show", "slow/1")[1])
        self.let_go()
        self.ends_well(run)


if __name__ == "__main__":
    unittest.main()
