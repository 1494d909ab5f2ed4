"""Homes that cannot be written: what was recorded can be read, and nothing begins by halves."""

import json
import os
import shutil
import signal
import sqlite3
import unittest

import mounts
from command_line import SECONDS_MAX, Case

NOBODY = 65534
PIPELINE = """name: one
steps:
  make:
    run: echo hello; echo 1 > ${{ outputs.x }}
    outputs: {x: {path: x}}
    code: [pipeline.yaml]
  fails: {run: exit 3}
"""
WAITS = """name: waits
steps:
  wait:
    run: |
      echo waiting
      echo begun > begun
      read -r line < go
"""
READING = {
    "runs": "one/1",
    "show latest": "failed",
    "logs latest make": "hello",
    "logs latest make -f": "hello",
    "why latest make": "make executed",
    "get latest make.x -": "1",
    "plan": "nothing changed since one/1",
    "gc --dry-run": "",
    "check": "no problems",
}
WRITING = ["run", "retry latest", "gc", "gc --keep 1"]


def settle(folder):
    """Puts the journal into the database's file and removes it, as large runs do at their end."""
    database = sqlite3.connect(folder / ".geartrain/geartrain.db")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def content(folder):
    """Every path below the folder with its size and time."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in folders + files:
            facts = os.lstat(os.path.join(root, name))
            found[os.path.join(root, name)] = (facts.st_size, facts.st_mtime_ns)
    return found


class ReadOnlyCase(Case):
    def check_commands(self, **options):
        """Everything that reads works; everything that writes is refused, with a way out."""
        for command, expected in READING.items():
            with self.subTest(command):
                code, out, talk = self.run_to_end(*command.split(), **options)
                self.assertEqual(code, 0, talk)
                self.assertIn(expected, out)
        for command in WRITING:
            with self.subTest(command):
                code, out, talk = self.run_to_end(*command.split(), **options)
                self.assertEqual((code, out), (6, ""), talk)
                self.assertIn("GEARTRAIN_HOME", talk)
                self.assertIn(".geartrain", talk)


class PlainUserTest(ReadOnlyCase):
    """Folders without permission to write, and somebody who is not root."""

    def setUp(self):
        super().setUp()
        self.options = {}
        parent, self.folder = self.folder, self.folder / "project"
        self.folder.mkdir()
        if os.geteuid() == 0:
            parent.chmod(0o755)
            self.binary = shutil.copy(self.binary, parent)
            os.chown(self.folder, NOBODY, NOBODY)
            self.options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.pipeline(PIPELINE)
        self.addCleanup(self.permit)

    def forbid(self):
        for root, _, files in os.walk(self.folder, topdown=False):
            for name in files:
                path = os.path.join(root, name)
                os.chmod(path, os.lstat(path).st_mode & 0o555)
            os.chmod(root, 0o555)

    def permit(self):
        for root, _, files in os.walk(self.folder):
            os.chmod(root, 0o755)
            for name in files:
                path = os.path.join(root, name)
                os.chmod(path, os.lstat(path).st_mode | 0o200)

    def test_what_was_recorded_can_be_read(self):
        code, _, talk = self.run_to_end("run", **self.options)
        self.assertEqual(code, 1, talk)
        for has_journal in [True, False]:
            with self.subTest(has_journal=has_journal):
                if not has_journal:
                    self.permit()
                    settle(self.folder)
                self.forbid()
                before = content(self.folder)
                self.check_commands(**self.options)
                self.assertEqual(content(self.folder), before)

    def test_a_home_that_cannot_be_made_is_told_before_anything_runs(self):
        self.pipeline("name: marks\nsteps: {one: {run: touch mark}}\n")
        self.forbid()
        for command in ["run", "run --json", "plan"]:
            code, out, talk = self.run_to_end(*command.split(), **self.options)
            self.assertEqual((code, out), (6, ""), talk)
            self.assertIn("hint: make the folder writable, or set GEARTRAIN_HOME", talk)
        for command in ["runs", "show latest", "gc"]:
            code, _, talk = self.run_to_end(*command.split(), **self.options)
            self.assertEqual(code, 5, talk)
        self.assertEqual(os.listdir(self.folder), ["pipeline.yaml"])


class ReadOnlyFileSystemTest(ReadOnlyCase):
    """Not even root may write here."""

    @classmethod
    def setUpClass(cls):
        mounts.become_private()

    def setUp(self):
        super().setUp()
        memory = self.folder / "memory"
        mounts.mount_memory(memory, "64m")
        self.addCleanup(mounts.unmount, memory)
        self.view = self.folder / "view"
        self.folder = memory / "project"
        self.folder.mkdir()
        self.make_pipes()
        mounts.mount_read_only_view(memory, self.view)
        self.addCleanup(mounts.unmount, self.view)
        self.reads_only = {"cwd": self.view / "project"}

    def test_what_was_recorded_can_be_read(self):
        self.pipeline(PIPELINE)
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 1, talk)
        self.check_commands(**self.reads_only)
        settle(self.folder)
        self.check_commands(**self.reads_only)

    def test_a_first_run_is_refused(self):
        self.pipeline(PIPELINE)
        code, out, talk = self.run_to_end("run", **self.reads_only)
        self.assertEqual((code, out), (6, ""), talk)
        self.assertIn("Read-only file system", talk)
        self.assertIn("hint: make the folder writable, or set GEARTRAIN_HOME", talk)

    def test_another_home_makes_it_work(self):
        self.pipeline(PIPELINE)
        home = self.folder / "other"
        environment = dict(os.environ, GEARTRAIN_HOME=str(home))
        code, _, talk = self.run_to_end("run", env=environment, **self.reads_only)
        self.assertEqual(code, 1, talk)
        self.assertIn("make: succeeded", talk)

    def test_a_run_of_another_engine_can_be_looked_at(self):
        self.pipeline(WAITS)
        engine = self.start("run")
        self.wait_for_step()
        code, out, talk = self.run_to_end("show", "latest", "--json", **self.reads_only)
        self.assertEqual(code, 0, talk)
        shown = json.loads(out)
        self.assertEqual((shown["state"], shown["driven"]), ("running", True))
        # The shim may read what the step has printed after the step itself has gone on.
        out = ""
        while not out:
            code, out, talk = self.run_to_end("logs", "latest", "wait", **self.reads_only)
            self.assertEqual(code, 0, talk)
        self.assertEqual(out, "waiting\n")
        for command in [["cancel", "latest"], ["attach", "latest"], ["run"], ["gc"]]:
            code, _, talk = self.run_to_end(*command, **self.reads_only)
            self.assertEqual(code, 6, talk)
            self.assertIn("GEARTRAIN_HOME", talk)
        self.let_go()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        code, out, talk = self.run_to_end("runs", "--json", **self.reads_only)
        self.assertEqual([run["state"] for run in json.loads(out)], ["succeeded"], talk)

    def test_a_run_that_nobody_drives_stays_for_whoever_may_write(self):
        self.pipeline(WAITS)
        engine = self.start("run")
        self.wait_for_step()
        engine.send_signal(signal.SIGKILL)
        engine.wait()
        for command in ["attach", "cancel"]:
            code, _, talk = self.run_to_end(command, "latest", **self.reads_only)
            self.assertEqual(code, 6, talk)
            self.assertIn("GEARTRAIN_HOME", talk)
        self.assertEqual(self.shown()["state"], "running")
        self.let_go()
        code, _, talk = self.run_to_end("attach", "latest")
        self.assertEqual(code, 0, talk)


if __name__ == "__main__":
    unittest.main()
