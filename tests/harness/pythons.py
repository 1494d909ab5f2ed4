"""Runs files of Python's unittest, one process for each."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import unittest

from .outcome import Outcome

SECONDS_MAX = 1800


def run_python(path, name, environment):
    outcome = Outcome(name)
    with tempfile.NamedTemporaryFile("r", suffix=".json") as result:
        command = [sys.executable, "-m", "harness.pythons", path, result.name]
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=SECONDS_MAX,
            )
            outcome.output = done.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as late:
            outcome.output = (late.output or b"").decode("utf-8", "replace")
            outcome.output += f"\n{name} still ran after {SECONDS_MAX} s\n"
        with contextlib.suppress(ValueError):
            counts = json.load(result)
            outcome.passed, outcome.failed = counts["passed"], counts["failed"]
            outcome.skipped = counts["skipped"]
            return outcome
    outcome.failed = 1
    return outcome


def run_here(path, result_path):
    """In the process of its own: runs the file and writes the counts."""
    sys.path.insert(0, os.path.dirname(path))
    module = os.path.splitext(os.path.basename(path))[0]
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = [f"{test.id()}: {reason}" for test, reason in result.skipped]
    passed = max(0, result.testsRun - failed - len(skipped))
    if result.testsRun == 0 and not skipped:
        failed = max(failed, 1)
        print(f"{path} holds no test")
    with open(result_path, "w") as file:
        json.dump({"passed": passed, "failed": failed, "skipped": skipped}, file)


if __name__ == "__main__":
    run_here(os.path.abspath(sys.argv[1]), sys.argv[2])
