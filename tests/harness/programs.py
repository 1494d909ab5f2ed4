"""Runs the test programs that CMake built, one job for each."""

import os
import re
import signal
import subprocess

from .outcome import Outcome

SECONDS_MAX = 900
SUMMARY = re.compile(
    r"^\[doctest\] test cases: +(\d+) \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped", re.M
)
CRASH = "test case CRASHED"
SKIP = re.compile(r"\bSKIP: (.+)$", re.M)


def programs(build):
    """Every `<module>_test` below the build folder."""
    found = []
    for folder, folders, names in os.walk(build):
        folders[:] = [name for name in folders if name != "CMakeFiles"]
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith("_test") and os.access(path, os.X_OK):
                found.append(path)
    return sorted(found)


def sanitizer_settings():
    return {
        "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }


def run_program(path, environment):
    """Counts test cases. A test that cannot run here says so by MESSAGE("SKIP: reason")."""
    outcome = Outcome(os.path.basename(path))
    process = subprocess.Popen(
        [path, "--no-colors"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment | sanitizer_settings(),
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=SECONDS_MAX)
        ended = end_of(process.returncode)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        ended = f"still ran after {SECONDS_MAX} s"
    outcome.output = output.decode("utf-8", "replace")
    read_summary(outcome, process.returncode, ended)
    return outcome


def end_of(code):
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def read_summary(outcome, code, ended):
    summary = SUMMARY.search(outcome.output)
    if summary:
        _, outcome.passed, outcome.failed, unwanted = (int(one) for one in summary.groups())
        outcome.skipped = SKIP.findall(outcome.output)
        outcome.passed -= len(outcome.skipped)
        # A program that crashes calls every case skipped.
        if unwanted and CRASH not in outcome.output:
            outcome.skipped += ["a test case is switched off in the source"] * unwanted
    if outcome.failed == 0 and (code != 0 or not summary):
        outcome.failed = 1
        outcome.output += f"\n{outcome.name} {ended}\n"
