"""Peers that come from packages of Python, each in an environment of its own in build/peers."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from work import PYTHON

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"


class Missing(Exception):
    """The peer is not here; the message says why."""


def on_path(program):
    found = shutil.which(program)
    if not found:
        raise Missing(f"there is no {program} on this machine")
    return found


def environment_of(name, install):
    """The folder of the programs of `requirements/NAME.txt`; made if `install`."""
    requirements = REQUIREMENTS / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = ROOT / "build/peers" / f"{name}-{digest}"
    if (folder / "complete").exists():
        return folder / "bin"
    if not install:
        raise Missing("not installed; `./dev bench peers` installs it")
    # Scripts of an environment name its place, so it is made where it stays.
    shutil.rmtree(folder, ignore_errors=True)
    commands = [
        [PYTHON, "-m", "venv", folder],
        [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
            raise Missing(f"it could not be installed: {last[0]}")
    (folder / "complete").touch()
    return folder / "bin"


def first_words(command):
    """The first line of what a command such as `--version` prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "?"
