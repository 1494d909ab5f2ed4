"""Runs commands and times them, two sides in turns."""

import os
import signal
import statistics
import subprocess
import sys
import time


class TooSlow(Exception):
    """The command was ended at its time limit."""


class Failed(Exception):
    """The command failed; the message has the end of what it printed."""


def timed(command, folder, environment=None, limit=None):
    """Seconds that the command took. Raises Failed, and TooSlow after `limit` seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment() | (environment or {}),
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise TooSlow from None
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        tail = output.decode("utf-8", "replace").splitlines()[-15:]
        raise Failed("\n".join([f"{' '.join(map(str, command))} failed in {folder}:", *tail]))
    return seconds


def run(command, folder):
    """Seconds that the command took; ends the program if it fails."""
    try:
        return timed(command, folder)
    except Failed as failed:
        sys.exit(f"bench: {failed}")


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


def in_words(seconds):
    """Three digits are enough to compare."""
    if seconds < 0.1:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e3:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"


def ratio_row(ours, theirs):
    return milliseconds(ours), milliseconds(theirs), f"{ours / theirs:.2f}×"


def difference_row(ours, theirs):
    return milliseconds(ours), milliseconds(theirs), f"{(ours - theirs) * 1e3:+.1f} ms"
