"""An old and a new binary on one home, and a home of an early version.

The new one is the same program with one more step of the schema, which only adds (as every step does:
db/migration.h): so what is tried here is what stands between versions, not what changed in one.
"""

import json
import os
import shutil
import sqlite3
import unittest
from pathlib import Path

from command_line import SECONDS_MAX, Case

HOMES = Path(__file__).parent / "homes"
WAITS = """name: one
steps:
  first:
    run: |
      echo x >> first.txt
      gate=go-$(wc -l < first.txt)
      echo begun > begun
      read -r line < "$gate"
      echo made > ${{ outputs.x }}
      echo 'n=7' >> "$GEARTRAIN_VALUES"
    outputs: {x: {path: x}, n: {type: integer}}
    code: [pipeline.yaml]
  flaky:
    run: |
      echo x >> flaky.txt
      [ "$(wc -l < flaky.txt)" -gt 2 ]
    needs: [first]
    retry: {limit: 5}
  second:
    run: cat ${{ inputs.x }} >> second.txt
    inputs: {x: "${{ steps.first.outputs.x }}"}
"""
READING = ["runs", "show latest", "why latest first", "logs latest first", "plan"]
WRITING = ["run", "retry latest", "cancel latest", "attach latest", "gc"]


class VersionsTest(Case):
    def setUp(self):
        super().setUp()
        self.old = self.binary
        self.new = str(Path(self.binary).parent / "tests/geartrain_next")
        if not os.access(self.new, os.X_OK):
            self.skipTest("this build has no binary geartrain_next")
        self.pipeline(WAITS)
        # Of each run one: two readers of a pipe would share what is written.
        for run in [1, 2]:
            os.mkfifo(self.folder / f"go-{run}")

    def let_go(self, run=1):
        with open(self.folder / f"go-{run}", "w") as pipe:
            pipe.write("word\n")

    def by(self, binary, *arguments):
        self.binary = binary
        return self.run_to_end(*arguments)

    def start_by(self, binary, *arguments):
        self.binary = binary
        return self.start(*arguments)

    def schema(self):
        with sqlite3.connect(self.folder / ".geartrain/geartrain.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            return database.execute("PRAGMA user_version").fetchone()[0]

    def check_that_all_is_done_once(self):
        self.binary = self.new
        self.assertEqual(set(self.states().values()), {"succeeded"})
        attempts = {task["path"]: task["attempts"] for task in self.shown()["tasks"]}
        self.assertEqual(attempts, {"first": 1, "flaky": 3, "second": 1})
        self.assertEqual((self.lines("first.txt"), self.lines("second.txt")), (["x"], ["made"]))
        self.assertEqual(len(self.lines("flaky.txt")), 3)

    def test_an_old_engine_that_runs_finishes_in_a_home_that_became_newer(self):
        engine = self.start_by(self.old, "run")
        self.wait_for_step()
        before = self.schema()
        code, out, talk = self.by(self.new, "runs", "--json")
        self.assertEqual((code, json.loads(out)[0]["state"]), (0, "running"), talk)
        self.assertEqual(self.schema(), before + 1)
        follower = self.start_by(self.new, "attach", "latest")
        self.let_go()
        for process in [engine, follower]:
            _, talk = process.communicate(timeout=SECONDS_MAX)
            self.assertEqual(process.returncode, 0, talk)
        self.check_that_all_is_done_once()

    def test_a_new_engine_adopts_what_an_old_one_left_running(self):
        engine = self.start_by(self.old, "run")
        self.wait_for_step()
        engine.kill()
        engine.wait()
        follower = self.start_by(self.new, "attach", "latest")
        while "going on with one/1" not in follower.stderr.readline():
            pass
        self.let_go()
        _, talk = follower.communicate(timeout=SECONDS_MAX)
        self.assertEqual(follower.returncode, 0, talk)
        self.check_that_all_is_done_once()

    def test_a_cancel_by_the_new_one_reaches_an_old_engine(self):
        engine = self.start_by(self.old, "run")
        self.wait_for_step()
        code, _, talk = self.by(self.new, "cancel", "latest")
        self.assertEqual(code, 0, talk)
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 130, talk)
        self.assertEqual(self.states()["first"], "cancelled")

    def test_runs_of_both_at_once_stay_apart(self):
        old = self.start_by(self.old, "run")
        self.wait_for_step()
        new = self.start_by(self.new, "run")
        self.wait_for_step()
        self.let_go()
        self.let_go(run=2)
        for process in [old, new]:
            _, talk = process.communicate(timeout=SECONDS_MAX)
            self.assertEqual(process.returncode, 0, talk)
        self.assertEqual(len(self.lines("first.txt")), 2)
        code, out, talk = self.by(self.new, "runs", "--json")
        states = {run["name"]: run["state"] for run in json.loads(out)}
        self.assertEqual(states, {"one/1": "succeeded", "one/2": "succeeded"}, talk)
        self.schema()

    def test_the_old_one_refuses_a_home_that_became_newer_and_changes_nothing(self):
        engine = self.start_by(self.new, "run")
        self.wait_for_step()
        for command in READING + WRITING:
            with self.subTest(command):
                code, out, talk = self.by(self.old, *command.split())
                self.assertEqual((code, out), (7, ""), talk)
                self.assertIn("was made by a newer geartrain", talk)
                self.assertIn("hint: use the newer geartrain, or set GEARTRAIN_HOME", talk)
        self.let_go()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        self.check_that_all_is_done_once()


class EarlyHomeTest(Case):
    """tests/homes/<schema>: a home's database as SQL text, and the project that it is of."""

    def test_homes_of_earlier_schemas_are_brought_up_to_date_and_read(self):
        homes = sorted(HOMES.iterdir())
        self.assertTrue(homes)
        for home in homes:
            with self.subTest(home.name):
                shutil.copy(home / "pipeline.yaml", self.folder)
                self.make_home(home / "home.sql")
                self.check(home.name)
                shutil.rmtree(self.folder / ".geartrain")

    def make_home(self, text):
        (self.folder / ".geartrain").mkdir(mode=0o700)
        with sqlite3.connect(self.folder / ".geartrain/geartrain.db") as database:
            database.executescript(text.read_text())

    def check(self, name):
        code, out, talk = self.run_to_end("runs", "--json")
        self.assertEqual(code, 0, talk)
        runs = {run["name"]: run["state"] for run in json.loads(out)}
        self.assertEqual(runs, {"early/1": "succeeded", "early/2": "failed", "early/3": "running"})
        code, out, talk = self.run_to_end("why", "early/1", "numbers")
        self.assertIn("numbers executed", out, talk)
        # Its result is still in use, but for what this machine has that the other had not.
        code, out, talk = self.run_to_end("plan")
        self.assertRegex(out, "numbers +(hit|run +(program|os|architecture) )", talk)
        # What failed can be tried again, what was left can be finished.
        code, _, talk = self.run_to_end("retry", "early/2")
        self.assertEqual(code, 1, talk)
        code, _, talk = self.run_to_end("attach", "early/3")
        self.assertEqual(code, 1, talk)
        code, out, talk = self.run_to_end("show", "early/3", "--json")
        states = {task["path"]: task["state"] for task in json.loads(out)["tasks"]}
        self.assertEqual(states, {"numbers": "cached", "fails": "failed"}, talk)
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 1, talk)
        with sqlite3.connect(self.folder / ".geartrain/geartrain.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])


if __name__ == "__main__":
    unittest.main()
