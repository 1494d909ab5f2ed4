"""The walk-through of the README: pushed to a server, twelve months by themselves.

Its commands are executed as they stand there, at another port, and with the packages that the other
tests use instead of an environment of its own.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import scripts

sys.path.insert(0, str(scripts.EXAMPLE.parent.parent / "tests"))
import geartrain_binary  # noqa: E402

BLOCK = re.compile(r"```\n(mkdir .*?)```", re.S)
MONTHS = 12


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class MonthlyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        binary, python = geartrain_binary.path(), scripts.python()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.project = Path(folder.name, "flights")
        made = shutil.ignore_patterns(".geartrain", "tests", "__pycache__")
        shutil.copytree(scripts.EXAMPLE, cls.project, ignore=made)
        definition = cls.project / "pipeline.yaml"
        text = definition.read_text()
        definition.write_text(re.sub(r"^environment:\n(  .*\n)+", "", text, flags=re.M))
        programs = Path(folder.name, "bin")
        programs.mkdir()
        (programs / "geartrain").symlink_to(binary)
        port = free_port()
        commands = BLOCK.search((scripts.EXAMPLE / "README.md").read_text())[1]
        commands = commands.replace("geartrain up", f"geartrain up --listen 127.0.0.1:{port}")
        commands = commands.replace("127.0.0.1:4207", f"127.0.0.1:{port}")
        path = f"{programs}:{Path(python).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-eu", "-c", f"trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n{commands}"],
            cwd=cls.project,
            env=dict(os.environ, PATH=path, NO_COLOR="1"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
        )
        cls.served = Path(folder.name, "server/up.log").read_text()
        cls.said = done.stdout + done.stderr
        if done.returncode not in (0, 143):
            raise AssertionError(f"exit code {done.returncode}\n{cls.said}\n{cls.served}")

    def test_each_month_has_one_run_with_its_own_number(self):
        self.assertIn("flights@1 counts at", self.said)
        for month in range(1, MONTHS + 1):
            self.assertRegex(self.said, rf"flights\.monthly/\d+ +succeeded .* month={month}\n")
        self.assertEqual(len(re.findall(r"started by first_of_month", self.served)), MONTHS)

    def test_december_was_the_worst(self):
        shares = [float(one) for one in re.findall(r"^(0\.\d+)$", self.said, re.M)]
        self.assertEqual(len(shares), MONTHS)
        self.assertEqual(shares.index(max(shares)) + 1, 12)
        self.assertEqual(round(max(shares), 2), 0.33)
        self.assertIn("<html", (self.project / "december.html").read_text())

    def test_doing_all_of_them_again_executes_nothing_but_what_always_runs(self):
        again = re.findall(r"^flights\.monthly/\d+ .*: 1 succeeded, (\d+) cached", self.said, re.M)
        self.assertEqual(len(again), MONTHS, self.said)


if __name__ == "__main__":
    unittest.main()
