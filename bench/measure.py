"""Runs commands and times them, two sides in turns."""

import os
import statistics
import subprocess
import sys
import time


def run(command, folder):
    """Seconds that the command took; ends the program if it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment(),
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        tail = done.stdout.decode("utf-8", "replace").splitlines()[-15:]
        sys.exit("\n".join([f"bench: {' '.join(command)} failed in {folder}:", *tail]))
    return seconds


def clean_environment():
    kept = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"NO_COLOR": "1"}


def in_turns(ours, theirs, rounds):
    """Medians of both functions, which return seconds, called A B A B …; one round to warm up."""
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return tuple(statistics.median(side) for side in zip(*pairs))


def milliseconds(seconds):
    return f"{seconds * 1e3:,.1f} ms"
