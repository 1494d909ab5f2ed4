"""Runs every kind of test, two jobs at once, and ends with one line that counts them.

    tests/run.py [--build FOLDER] [-j JOBS] [NAME...]

Kinds: programs `*_test` of the build folder, transcripts tests/golden/*.txt, Python files `*_test.py`
below tests/ and examples/, and documents whose commands are run: README.md and docs/guide/*.md. With
NAMEs only jobs whose name has one of them run. GT_ACCEPT=1 rewrites transcripts and documents.
"""

import argparse
import concurrent.futures
import glob
import os
import sys
import time

from harness.documents import run_document
from harness.golden import run_golden
from harness.programs import programs, run_program
from harness.pythons import run_python

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def jobs_of(build):
    """Yields (name, function). Long ones first, so that the end does not wait for one."""
    geartrain = os.path.join(ROOT, build, "geartrain")
    environment = dict(os.environ, GEARTRAIN=geartrain)
    for pattern in ["examples/*/tests/*_test.py", "tests/**/*_test.py"]:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
            name = os.path.relpath(path, ROOT)
            yield name, lambda path=path, name=name: run_python(path, name, environment)
    for path in programs(os.path.join(ROOT, build)):
        yield os.path.basename(path), lambda path=path: run_program(path, environment)
    accept = os.environ.get("GT_ACCEPT") == "1"
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/golden/*.txt"))):
        name = "golden/" + os.path.basename(path)
        yield name, lambda path=path: run_golden(path, geartrain, accept)
    for path in [os.path.join(ROOT, "README.md"), *sorted(glob.glob(os.path.join(ROOT, "docs/guide/*.md")))]:
        name = "documents/" + os.path.relpath(path, ROOT)
        yield name, lambda path=path, name=name: run_document(path, name, geartrain, accept)


def tell(outcome, seconds):
    counts = f"{outcome.passed} passed"
    if outcome.failed:
        counts += f", {outcome.failed} FAILED"
    if outcome.skipped:
        counts += f", {len(outcome.skipped)} skipped"
    print(f"{outcome.name}: {counts} ({seconds:.1f} s)", flush=True)


def timed(function):
    start = time.monotonic()
    return function(), time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/test")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")

    wanted = [
        (name, function)
        for name, function in jobs_of(arguments.build)
        if not arguments.names or any(one in name for one in arguments.names)
    ]
    if not wanted:
        sys.exit("run.py: no test has such a name")
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        running = [pool.submit(timed, function) for _, function in wanted]
        for done in concurrent.futures.as_completed(running):
            outcome, seconds = done.result()
            outcomes.append(outcome)
            tell(outcome, seconds)

    # What failed is told at the end, where a person and the tail of a log look first.
    for outcome in outcomes:
        if outcome.failed:
            print(f"\n{outcome.name} FAILED\n{outcome.output.rstrip()}\n", flush=True)
    failed = [outcome.name for outcome in outcomes if outcome.failed]
    skipped = [reason for outcome in outcomes for reason in outcome.skipped]
    for reason in skipped:
        print(f"skipped: {reason}")
    if failed:
        print(f"failed: {', '.join(sorted(failed))}")
    passed = sum(outcome.passed for outcome in outcomes)
    line = f"{passed} passed, {sum(outcome.failed for outcome in outcomes)} failed"
    print(line + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
