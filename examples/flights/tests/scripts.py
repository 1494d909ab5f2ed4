"""For the tests of this example: a Python with the packages of requirements.txt, and the scripts.

The virtual environment is made once for each content of requirements.txt, below build/ of the
source tree. Without a package index to make it from, tests are skipped with the reason.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import unittest
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent
BUILD = EXAMPLE.parent.parent / "build"


def make_environment(folder):
    """Returns what went wrong, or None."""
    requirements = str(EXAMPLE / "requirements.txt")
    commands = [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(folder / "bin/python"), "-m", "pip", "install", "-q", "-r", requirements],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        if done.returncode != 0:
            return (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
    (folder / "complete").touch()
    return None


def python():
    digest = hashlib.sha256((EXAMPLE / "requirements.txt").read_bytes()).hexdigest()
    folder = BUILD / f"flights-python-{digest[:12]}"
    BUILD.mkdir(exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            problem = make_environment(folder)
            if problem:
                raise unittest.SkipTest(f"the packages cannot be installed: {problem}")
    return str(folder / "bin/python")


def run(script, *arguments, folder):
    """Runs a script in `folder` as the pipeline does; returns its process with stdout and stderr."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [python(), str(EXAMPLE / "src" / script), *[str(one) for one in arguments]],
        cwd=folder,
        env=os.environ | threads,
        capture_output=True,
        text=True,
        timeout=300,
    )
