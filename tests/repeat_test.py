"""A run with nothing to do takes the short way, and nobody can tell by what it leaves."""

import json
import os
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

PIPELINE = """
name: many
params:
  word: {type: string, default: hello}
env: {inherit: [FLAVOUR]}
steps:
  part:
    matrix: {n: "${{ range(24) }}"}
    run: |
      echo "part ${{ matrix.n }}" >>ledger
      cat data.txt >${{ outputs.out }}
      echo "${{ params.word }} ${{ matrix.n }}" >>${{ outputs.out }}
    code: [data.txt]
    outputs: {out: {path: out.txt}}
  whole:
    inputs: {parts: "${{ steps.part.outputs.out }}"}
    code: [data.txt]
    run: |
      echo whole >>ledger
      cat ${{ inputs.parts }} >${{ outputs.out }}
      echo size=$(wc -l <${{ outputs.out }}) >>"$GEARTRAIN_VALUES"
    outputs: {out: {path: whole.txt}, size: {type: integer}}
"""
TASKS = 25


class RepeatTest(unittest.TestCase):
    def setUp(self):
        self.binary = geartrain_binary.path()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.define(PIPELINE)
        (self.folder / "data.txt").write_text("data\n")

    def define(self, text):
        (self.folder / "pipeline.yaml").write_text(text)

    def geartrain(self, *arguments, code=0, **variables):
        environment = dict(os.environ, NO_COLOR="1", **variables)
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def executed_by(self, *arguments, **variables):
        """How many tasks a run executed, by the ledger."""
        ledger = self.folder / "ledger"
        before = len(ledger.read_text().splitlines()) if ledger.exists() else 0
        self.geartrain("run", *arguments, **variables)
        return len(ledger.read_text().splitlines()) - before

    def same_as(self):
        """By run: the one whose tasks stand for it, None if it took the long way."""
        home = self.folder / ".geartrain/geartrain.db"
        with sqlite3.connect(f"file:{home}?mode=ro", uri=True) as database:
            return dict(database.execute("SELECT number, same_as FROM run ORDER BY id"))

    def shown(self, run):
        shape = json.loads(self.geartrain("show", run, "--json").stdout)
        shape = {key: value for key, value in shape.items() if key not in ["id", "name"]}
        for part in [shape, *shape["tasks"], *shape["containers"]]:
            for name in ["created_at", "started_at", "ended_at", "logical_date"]:
                part.pop(name, None)
        return shape

    def test_what_it_leaves_is_what_the_long_way_leaves(self):
        self.assertEqual(self.executed_by(), TASKS)
        short = self.geartrain("run")
        with sqlite3.connect(self.folder / ".geartrain/geartrain.db") as database:
            database.execute("DELETE FROM run_memo")
        long = self.geartrain("run")
        self.assertEqual(self.same_as(), {1: None, 2: 1, 3: None})
        self.assertEqual(
            (short.stdout + short.stderr).replace("many/2", "many/3"), long.stdout + long.stderr
        )
        self.assertEqual(self.shown("many/2"), self.shown("many/3"))
        for command in ["why", "logs"]:
            told = [
                self.geartrain(command, run, "part[7]").stdout.replace(run, "RUN")
                for run in ["many/2", "many/3"]
            ]
            self.assertEqual(*told)
        got = [
            self.geartrain("get", run, "whole.out", "-").stdout for run in ["many/2", "many/3"]
        ]
        self.assertEqual(*got)
        self.assertIn("hello 23", got[0])

    def test_runs_follow_each_other_and_say_the_same_as_json(self):
        first = json.loads(self.geartrain("run", "--json").stdout)
        second = json.loads(self.geartrain("run", "--json").stdout)
        third = json.loads(self.geartrain("run", "--json").stdout)
        self.assertEqual(self.same_as(), {1: None, 2: 1, 3: 1})
        self.assertEqual({task["state"] for task in first["tasks"] if task["attempts"]}, {"succeeded"})
        for run in [second, third]:
            self.assertEqual(run["state"], "succeeded")
            self.assertEqual([task["attempts"] for task in run["tasks"]].count(0), len(run["tasks"]))
            outputs = [[task["outputs"] for task in one["tasks"]] for one in (first, run)]
            self.assertEqual(*outputs)
        self.assertEqual(len(self.geartrain("runs").stdout.splitlines()), 4)

    def test_a_change_of_an_included_file_is_seen(self):
        shared = self.folder / "shared.yaml"
        shared.write_text("env: {EDITION: first}\n")
        self.define("include: shared.yaml\n" + PIPELINE)
        self.executed_by()
        self.assertEqual(self.executed_by(), 0)
        shared.write_text("env: {EDITION: second}\n")
        self.assertEqual(self.executed_by(), TASKS)
        self.assertEqual(self.executed_by(), 0)
        self.assertEqual(self.same_as(), {1: None, 2: 1, 3: None, 4: 3})
        shared.unlink()
        self.geartrain("run", code=8)

    def test_every_change_is_seen(self):
        self.executed_by()
        self.assertEqual(self.executed_by(), 0)
        (self.folder / "data.txt").write_text("other\n")
        self.assertEqual(self.executed_by(), TASKS)
        self.assertEqual(self.executed_by("-p", "word=moin"), TASKS)
        self.assertEqual(self.executed_by(FLAVOUR="salty"), TASKS)
        self.define(PIPELINE.replace("echo whole", "echo the whole"))
        self.assertEqual(self.executed_by(), 1)
        self.assertEqual(self.executed_by(), 0)
        self.assertEqual(self.executed_by("--refresh", "whole"), 1)
        self.assertEqual(self.executed_by("--refresh", "whole"), 1)
        self.assertEqual(self.executed_by("--no-cache"), TASKS)
        self.assertEqual(self.executed_by(), 0)

    def test_a_lost_artifact_is_made_again(self):
        self.executed_by()
        self.geartrain("run")
        whole = self.folder / "whole.txt"
        self.geartrain("get", "latest", "whole.out", str(whole))
        objects = self.folder / ".geartrain/objects"
        same = [one for one in objects.rglob("*") if one.is_file() and one.read_bytes() == whole.read_bytes()]
        self.assertEqual(len(same), 1)
        same[0].unlink()
        self.assertEqual(self.executed_by(), 1)
        self.assertEqual(self.executed_by(), 0)

    def test_a_pipeline_that_sees_its_run_takes_the_long_way(self):
        self.define(
            PIPELINE
            + """
  last:
    run: echo ${{ run.number }} >${{ outputs.number }}
    code: [data.txt]
    outputs: {number: {path: number.txt}}
"""
        )
        for number in [1, 2, 3]:
            self.geartrain("run")
            got = self.geartrain("get", "latest", "last.number", "-").stdout
            self.assertEqual(got, f"{number}\n")
        self.assertEqual(set(self.same_as().values()), {None})

    def test_garbage_collection_keeps_what_a_kept_run_is_the_same_as(self):
        self.executed_by()
        for _ in range(3):
            self.geartrain("run")
        self.geartrain("gc", "--keep", "2")
        self.assertEqual(self.same_as(), {1: None, 3: 1, 4: 1})
        self.assertIn("nothing changed since many/1", self.geartrain("why", "many/4", "whole").stdout)
        self.assertIn("hello 0", self.geartrain("get", "many/4", "whole.out", "-").stdout)
        self.assertEqual(self.executed_by(), 0)


if __name__ == "__main__":
    unittest.main()
