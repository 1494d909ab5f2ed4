#!/usr/bin/env python3
"""What a fuzzer has found worth keeping: tests/fuzz/corpus/<target>.base64, an input in each line.

    corpus.py unpack TARGET FOLDER    each line as a file
    corpus.py pack TARGET FOLDER      the files as lines

Inputs that say something to a person are files of their own in tests/fuzz/corpus/<target>/.
"""

import base64
import hashlib
import sys
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"


def unpack(lines, folder):
    if not lines.exists():
        return
    for line in lines.read_text().split():
        data = base64.b64decode(line)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(lines, folder):
    inputs = sorted(one.read_bytes() for one in folder.iterdir())
    lines.write_text("".join(base64.b64encode(one).decode() + "\n" for one in inputs if one))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ["unpack", "pack"]:
        sys.exit(__doc__)
    {"unpack": unpack, "pack": pack}[sys.argv[1]](CORPUS / f"{sys.argv[2]}.base64", Path(sys.argv[3]))
