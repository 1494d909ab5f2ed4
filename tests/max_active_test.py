"""`max_active` of a pipeline: so many of its runs go on at once, whoever drives them."""

import json
import unittest

from command_line import SECONDS_MAX, Case

SLOW = """name: slow
max_active: 1
triggers: {daily: {schedule: "0 6 * * *"}}
steps:
  wait:
    run: |
      echo begun > "$PROJECT/begun"
      read word < "$PROJECT/go"
      echo $word >> "$PROJECT/ledger"
    env: {PROJECT: FOLDER}
"""


class MaxActiveTest(Case):
    def setUp(self):
        super().setUp()
        self.pipeline(SLOW.replace("FOLDER", str(self.folder)))

    def two_runs(self):
        """The step of the first one waits to be let go, and the second one for the first."""
        first = self.start("run")
        self.wait_for_step()
        second = self.start("run")
        self.wait_for_talk(second, "slow/2 waits for a place: 1 of 1 runs of slow is active (slow/1)")
        return first, second

    def ends(self, process, code):
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, code, talk)

    def runs(self):
        """Oldest first."""
        return json.loads(self.run_to_end("runs", "--json")[1])[::-1]

    def test_the_second_run_waits_for_the_first_and_says_so(self):
        first, second = self.two_runs()
        wait = "waits for a place: 1 of 1 runs of slow is active (slow/1)"
        self.assertIn(wait, self.run_to_end("show", "slow/2")[1])
        self.assertIn(wait, self.run_to_end("runs")[1])
        one, two = self.runs()
        self.assertEqual((one["state"], one["waits_for"]), ("running", []))
        self.assertEqual((two["state"], two["waits_for"]), ("queued", ["slow/1"]))
        self.assertEqual(self.shown()["waits_for"], ["slow/1"])
        self.let_go("one")
        self.ends(first, 0)
        self.wait_for_step()
        self.let_go("two")
        self.ends(second, 0)
        self.assertEqual(self.lines("ledger"), ["one", "two"])
        one, two = self.runs()
        self.assertLessEqual(one["ended_at"], two["started_at"])

    def test_a_run_that_waits_can_be_cancelled(self):
        first, second = self.two_runs()
        self.assertEqual(self.run_to_end("cancel", "slow/2")[0], 0)
        self.ends(second, 130)
        self.let_go("one")
        self.ends(first, 0)
        self.assertEqual(self.lines("ledger"), ["one"])

    def test_runs_of_a_backfill_wait_as_others_do(self):
        self.start("backfill", "slow", "--from", "2025-03-01", "--to", "2025-03-03")
        self.wait_for_step()
        second = self.start("run")
        self.wait_for_talk(second, "slow/3 waits for a place: 1 of 1 runs of slow")
        for word in ["one", "two", "three"]:
            self.let_go(word)
            if word != "three":
                self.wait_for_step()
        self.ends(second, 0)
        self.assertEqual(self.lines("ledger"), ["one", "two", "three"])


if __name__ == "__main__":
    unittest.main()
