"""The pipeline as Geartrain runs it, on January: it succeeds, repeats from the cache, and a change
runs again what depends on it and no more.

It runs in a copy, with the packages that the other tests use instead of an environment of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import scripts

sys.path.insert(0, str(scripts.EXAMPLE.parent.parent / "tests"))
import geartrain_binary  # noqa: E402

SETTINGS = [
    {"name": "logistic", "model": "logistic", "inverse_penalty": 1.0},
    {"name": "boosting", "model": "boosting", "depth": 3, "learning_rate": 0.1, "trees": 20},
]
JANUARY = ["-p", "months=[1]", "-p", f"settings={json.dumps(SETTINGS)}", "-p", "minimum_auc=0.5"]
SUCCESS = {"succeeded", "cached"}


class PipelineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.binary, python = geartrain_binary.path(), scripts.python()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.project = Path(folder.name, "flights")
        made = shutil.ignore_patterns(".geartrain", "tests", "__pycache__")
        shutil.copytree(scripts.EXAMPLE, cls.project, ignore=made)
        definition = cls.project / "pipeline.yaml"
        text = definition.read_text()
        without = re.sub(r"^environment:\n(  .*\n)+", "", text, flags=re.M)
        assert without != text
        definition.write_text(without)
        path = f"{Path(python).parent}:{os.environ['PATH']}"
        cls.environment = dict(os.environ, PATH=path, NO_COLOR="1")
        cls.first = cls.run_january()

    @classmethod
    def geartrain(cls, *arguments):
        command = [cls.binary, *[str(one) for one in arguments]]
        return subprocess.run(
            command,
            cwd=cls.project,
            env=cls.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )

    @classmethod
    def run_january(cls, *arguments):
        """The run as `run --json` tells it."""
        done = cls.geartrain("run", "--json", *JANUARY, *arguments)
        if done.returncode != 0:
            raise AssertionError(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout)

    def states(self, run):
        """Step -> the set of its tasks' states; inner steps by their last name."""
        found = {}
        for task in run["tasks"]:
            found.setdefault(task["step"].split(".")[-1], set()).add(task["state"])
        return found

    def test_every_step_succeeds(self):
        self.assertEqual(self.first["state"], "succeeded")
        for step, states in self.states(self.first).items():
            self.assertLessEqual(states, SUCCESS, step)

    def test_the_report_and_the_numbers_can_be_had(self):
        for output, name in [("report.html", "report.html"), ("report.metrics", "metrics.json")]:
            done = self.geartrain("get", self.first["id"], output, name)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("27,004 flights", (self.project / "report.html").read_text())
        numbers = json.loads((self.project / "metrics.json").read_text())
        self.assertEqual((numbers["flights"], numbers["candidates"]), (27004, len(SETTINGS)))
        self.assertGreater(numbers["auc"], 0.6)

    def test_a_second_run_finds_everything_in_the_cache(self):
        states = self.states(self.run_january())
        self.assertEqual(states.pop("summary"), {"succeeded"})  # finally always runs
        for step in ["extract", "validate", "train", "evaluate", "report", "publish"]:
            self.assertEqual(states[step], {"cached"}, step)

    def test_executed_again_every_step_writes_equal_bytes(self):
        again = self.run_january("--no-cache")
        outputs = lambda run: {  # noqa: E731
            (task["step"], json.dumps(task["index"])): task["outputs"] for task in run["tasks"]
        }
        self.assertEqual(outputs(again), outputs(self.first))
        self.assertEqual(self.states(again)["train"], {"succeeded"})

    def test_another_parameter_runs_only_what_uses_it(self):
        states = self.states(self.run_january("-p", "late_minutes=30"))
        for step in ["extract", "tables", "validate"]:
            self.assertEqual(states[step], {"cached"}, step)
        for step in ["features", "train", "report"]:
            self.assertEqual(states[step], {"succeeded"}, step)

    def test_a_comment_in_a_script_stops_at_that_step(self):
        script = self.project / "src/split.py"
        self.addCleanup(script.write_text, script.read_text())
        script.write_text(script.read_text() + "# nothing\n")
        states = self.states(self.run_january())
        self.assertEqual(states["split"], {"succeeded"})
        self.assertEqual(states["train"], {"cached"})
        self.assertEqual(states["report"], {"cached"})

    def test_wrong_data_stop_the_run_with_the_reason_in_the_log(self):
        rules = self.project / "src/rules.py"
        self.addCleanup(rules.write_text, rules.read_text())
        rules.write_text(rules.read_text().replace('"distance": Integer(10, 6000)', '"distance": Integer(10, 4900)'))
        done = self.geartrain("run", "--json", *JANUARY)
        self.assertEqual(done.returncode, 1, done.stderr)
        states = self.states(json.loads(done.stdout))
        self.assertEqual((states["validate"], states["features"]), ({"failed"}, {"upstream_failed"}))
        self.assertEqual(states["summary"], {"succeeded"})
        log = self.geartrain("logs", "latest", "validate")
        self.assertRegex(log.stdout, r"row \d+, column distance: '4983' is not within 10\.\.4900")

    def test_a_month_that_does_not_exist_is_refused_before_anything_runs(self):
        done = self.geartrain("run", "-p", "months=[13]")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("months", done.stderr)


if __name__ == "__main__":
    unittest.main()
