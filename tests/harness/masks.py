"""Replaces in a line of output what differs from run to run: times, ids, digests, durations."""

import re

DURATION = r"\d+(?:\.\d+)? ?(?:µs|us|ms|s|min|m|h|d)"
MASKS = [
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?UTC|Z|[+-]\d\d:?\d\d)?", "<time>"),
    (r"\b\d\d:\d\d:\d\d(?:\.\d+)?\b", "<time>"),
    (r"\b(?:sha256:)?[0-9a-f]{64}\b", "<digest>"),
    (r"\b[0-9a-f]{32}\b", "<id>"),
    (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<id>"),
    # Of an attempt: one in three hundred has no letter among its digits.
    (r"\bgt-[0-9a-f]{12}\b", "gt-<digest>"),
    (r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12}\b", "<digest>"),
    (r"\bpid \d+", "pid <pid>"),
    (r"\b\d+(?:\.\d+)? ?(?:B|bytes|KiB|MiB|GiB)(?![\w])", "<size>"),
    (rf"(?<![\w.-]){DURATION}(?: {DURATION})*(?![\w])", "<duration>"),
]
COMPILED = [(re.compile(pattern), mask) for pattern, mask in MASKS]


def masked(line):
    """The line with masks. Columns move with the width of what is masked: spaces become two."""
    changed = line
    for pattern, mask in COMPILED:
        changed = pattern.sub(mask, changed)
    if changed == line:
        return line
    indent = len(changed) - len(changed.lstrip(" "))
    return changed[:indent] + re.sub(r" {2,}", "  ", changed[indent:])
