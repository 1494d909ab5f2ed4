"""The clock is set back a day or forward a year, between runs and in the middle of one."""

import json
import os
import time
import unittest

from command_line import SECONDS_MAX
from shifted_clock import ClockCase

DAY, YEAR = 86_400, 365 * 86_400
PIPELINE = """name: one
timeout: 10m
steps:
  flaky:
    run: |
      echo x >> tries.txt
      [ "$(wc -l < tries.txt)" -gt 1 ] || exit 1
      echo made > ${{ outputs.x }}
    outputs: {x: {path: x}}
    code: [data.txt]
    retry: {limit: 1, delay: 3s}
  limited:
    run: |
      echo begun > begun
      read -r line < go
      echo $line
    timeout: 10m
"""
PLAIN = """name: plain
steps:
  make:
    run: cat data.txt > ${{ outputs.x }}
    outputs: {x: {path: x}}
    code: [data.txt]
"""


class ClockTest(ClockCase):
    def setUp(self):
        super().setUp()
        (self.folder / "data.txt").write_text("1\n")

    def test_the_clock_that_commands_see_is_ours(self):
        self.pipeline(PLAIN)
        self.set_clock(YEAR)
        self.assertEqual(self.run_to_end("run")[0], 0)
        later = time.gmtime(time.time() + YEAR)
        self.assertTrue(self.shown()["started_at"].startswith(time.strftime("%Y-%m", later)))

    def test_a_clock_that_is_set_meanwhile_changes_neither_waits_nor_limits(self):
        for number, seconds in enumerate([YEAR, -DAY], 1):
            with self.subTest(set_by=seconds):
                self.pipeline(PIPELINE)
                (self.folder / "tries.txt").unlink(missing_ok=True)
                self.set_clock(0)
                begun = time.monotonic()
                engine = self.start("run", "--no-cache")
                self.wait_for_step()
                self.wait_for_talk(engine, "attempt 2 follows")
                self.set_clock(seconds)
                self.wait_for_talk(engine, "flaky: succeeded")
                self.assertLess(time.monotonic() - begun, SECONDS_MAX)
                self.let_go("said")
                _, talk = engine.communicate(timeout=SECONDS_MAX)
                self.assertEqual(engine.returncode, 0, talk)
                run = self.shown()
                self.assertEqual((run["name"], run["state"]), (f"one/{number}", "succeeded"))
                self.assertEqual([task["attempts"] for task in run["tasks"]], [2, 1])
                self.assertEqual(self.run_to_end("logs", "latest", "limited", "-t")[0], 0)

    def test_runs_stay_in_their_order_and_results_in_use_whatever_the_clock_says(self):
        self.pipeline(PLAIN)
        expected = []
        for number, seconds in enumerate([0, YEAR, -DAY, 0], 1):
            self.set_clock(seconds)
            code, _, talk = self.run_to_end("run")
            self.assertEqual(code, 0, talk)
            expected.insert(0, f"plain/{number}")
            _, out, _ = self.run_to_end("runs", "--json")
            self.assertEqual([run["name"] for run in json.loads(out)], expected)
            self.assertEqual(self.shown()["name"], expected[0])
            self.assertEqual(
                self.shown()["tasks"][0]["state"], "succeeded" if number == 1 else "cached"
            )
        code, _, talk = self.run_to_end("gc", "--keep", "1")
        self.assertEqual(code, 0, talk)
        _, out, _ = self.run_to_end("runs", "--json")
        self.assertIn(expected[0], [run["name"] for run in json.loads(out)])
        self.assertEqual(self.run_to_end("get", "latest", "make.x", "-")[1], "1\n")

    def test_files_that_seem_to_come_from_the_future_are_looked_at_again(self):
        self.pipeline(PLAIN)
        data = self.folder / "data.txt"
        for content in ["2\n", "3\n"]:
            # The same size and time each: only what is in it has changed.
            data.write_text(content)
            os.utime(data, (time.time() + YEAR, time.time() // 1 + YEAR))
            self.assertEqual(self.run_to_end("run")[0], 0)
            self.assertEqual(self.run_to_end("get", "latest", "make.x", "-")[1], content)

    def test_a_file_that_is_changed_after_the_clock_was_set_back_is_seen(self):
        self.pipeline(PLAIN)
        self.assertEqual(self.run_to_end("run")[0], 0)
        self.set_clock(-DAY)
        (self.folder / "data.txt").write_text("2\n")
        os.utime(self.folder / "data.txt", (time.time() - DAY, time.time() - DAY))
        self.assertEqual(self.run_to_end("run")[0], 0)
        self.assertEqual(self.run_to_end("get", "latest", "make.x", "-")[1], "2\n")


if __name__ == "__main__":
    unittest.main()
