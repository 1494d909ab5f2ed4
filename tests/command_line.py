"""For tests of the command line: a project in a folder of its own, and commands in it."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

SECONDS_MAX = 60


class Case(unittest.TestCase):
    """`begun` and `go` are pipes: a step says that it runs, and waits until it may go on."""

    def setUp(self):
        self.binary = geartrain_binary.path()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.make_pipes()

    def make_pipes(self):
        os.mkfifo(self.folder / "begun")
        os.mkfifo(self.folder / "go")

    def pipeline(self, text):
        (self.folder / "pipeline.yaml").write_text(text)

    def start(self, *arguments, **options):
        process = subprocess.Popen(
            [self.binary, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **{"cwd": self.folder, "env": dict(os.environ, NO_COLOR="1")} | options,
        )
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def run_to_end(self, *arguments, **options):
        """The exit code, the data, the talk."""
        process = self.start(*arguments, **options)
        out, talk = process.communicate(timeout=SECONDS_MAX)
        return process.returncode, out, talk

    def wait_for_talk(self, process, words):
        """All that is said up to the line with these words."""
        talk = ""
        while words not in talk:
            line = process.stderr.readline()
            self.assertTrue(line, talk)
            talk += line
        return talk

    def wait_for_step(self):
        with open(self.folder / "begun") as pipe:
            self.assertEqual(pipe.read(), "begun\n")

    def let_go(self, word="word"):
        with open(self.folder / "go", "w") as pipe:
            pipe.write(word + "\n")

    def shown(self):
        code, out, talk = self.run_to_end("show", "latest", "--json")
        self.assertEqual(code, 0, talk)
        return json.loads(out)

    def states(self):
        return {task["path"]: task["state"] for task in self.shown()["tasks"]}

    def lines(self, name):
        return (self.folder / name).read_text().splitlines()
