"""Packages of Python that a test needs, in environments of their own in the build folder."""

import hashlib
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import geartrain_binary

UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|NameResolutionError|Connection refused"
    r"|Temporary failure in name resolution|Network is unreachable"
)


def environment_of(requirements):
    """The folder of an environment with `NAME_requirements.txt`, which is made once."""
    name = requirements.name.removesuffix("_requirements.txt")
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = Path(geartrain_binary.path()).parent / f"{name}-{digest}"
    if (folder / "complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin/python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    for command in [[sys.executable, "-m", "venv", folder], [*pip, "-r", requirements]]:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0 and UNREACHABLE.search(done.stderr):
            raise unittest.SkipTest(f"{name} could not be installed: PyPI cannot be reached")
        if done.returncode != 0:
            raise AssertionError(f"{name} could not be installed:\n{done.stderr[-2000:]}")
    (folder / "complete").touch()
    return folder
