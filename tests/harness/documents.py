"""Documents that are run: the README and the guides, whose files are written and commands executed.

    ```yaml pipeline.yaml          a file with this content
    ```diff pipeline.yaml          a change of it: lines with ` `, `-` and `+`, `…` between places
    ```yaml part-of:pipeline.yaml  lines that stand in it, as `init` made it or a change left it
    ```console                     commands behind `$ ` and what they print
    <!-- $ command -->             a command that readers do not see; it must succeed

One shell runs all commands of a document, beginning in an empty folder that is shown as /project. A
line `…` of an output stands for lines left out. Times, ids, digests and sizes may be others (see
masks.py), and so may the width of columns; lines of a run's progress may come in another order. With
GT_ACCEPT=1 the document is rewritten with what was printed, but for lines that fit as they stand.
Blocks of YAML, Python and differences that name no file are refused, for nobody would check them;
such a piece stands in a block of `text`.
"""

import difflib
import os
import pwd
import re
from collections import Counter
from dataclasses import dataclass, field

from .golden import Folder
from .masks import masked
from .outcome import Outcome
from .shell import Shell

# Documents call whoever runs the commands anna.
USER = re.escape(pwd.getpwuid(os.geteuid()).pw_name)

OMITTED = "…"
SHOWN_FOLDER = "/project"
HIDDEN = re.compile(r"<!-- \$ (.*) -->")
IN_ANY_ORDER = re.compile(r"(?:\w+=\S+ )*geartrain(?: -C \S+)? (?:run|retry|attach|backfill)\b")
MUST_NAME_A_FILE = {"yaml", "python", "diff", "json"}


@dataclass
class Block:
    """Lines of a document: text, or what stands between two fences."""

    info: list = field(default_factory=list)  # the words behind the fence; none for text
    opening: str = ""
    lines: list = field(default_factory=list)
    first_line: int = 0
    is_fenced: bool = False


class Wrong(Exception):
    """What a person has to repair in the document."""


def blocks_of(lines):
    blocks = [Block()]
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            blocks[-1].lines.append(line)
        elif blocks[-1].is_fenced:
            blocks.append(Block([], line))
        else:
            blocks.append(Block(line[3:].split(), line, [], number, True))
    return blocks


def comparable(line):
    line = re.sub(rf"\b(?:{USER}|anna)\b", "<person>", line.rstrip())
    return re.sub(r" {2,}", "  ", masked(line)).rstrip()


def split_at_omitted(lines):
    pieces = [[]]
    for line in lines:
        if line == OMITTED:
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def fits(expected, printed, in_any_order):
    expected = [line if line == OMITTED else comparable(line) for line in expected]
    printed = [comparable(line) for line in printed]
    if in_any_order:
        wanted = Counter(line for line in expected if line != OMITTED)
        return wanted == Counter(printed) or (OMITTED in expected and wanted <= Counter(printed))
    first, *others = split_at_omitted(expected)
    if not others:
        return first == printed
    if printed[: len(first)] != first:
        return False
    place = len(first)
    *middle, last = others
    for piece in middle:
        ends = range(place + len(piece), len(printed) + 1)
        end = next((end for end in ends if printed[end - len(piece) : end] == piece), None)
        if end is None:
            return False
        place = end
    return len(printed) - len(last) >= place and printed[len(printed) - len(last) :] == last


def rewritten(expected, printed):
    """What was printed, as the document is to show it: what fits stays, and so do omissions."""
    result = []
    keys = [comparable(line) for line in expected], [comparable(line) for line in printed]
    matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
    for kind, start, end, printed_start, printed_end in matcher.get_opcodes():
        old, new = expected[start:end], printed[printed_start:printed_end]
        if kind == "equal":
            result += old
        elif OMITTED in old:
            result += with_omissions(old, new)
        else:
            result += new
    return result


def with_omissions(old, new):
    """For each shown line the printed one that is most like it; the others stay left out."""
    result, place = [], 0
    for line in old:
        like = difflib.get_close_matches(line, new[place:], 1) if line != OMITTED else [OMITTED]
        if like and like[0] != OMITTED:
            place = new.index(like[0], place) + 1
        result += like
    return result


def commands_of(lines):
    """Yields (command, its lines, the expected output, the empty lines behind it)."""
    index = 0
    while index < len(lines):
        start = index
        if not lines[index].startswith("$ "):
            raise Wrong(f"not behind a command: {lines[index]}")
        index += 1
        while lines[index - 1].endswith("\\") and index < len(lines):
            index += 1
        command = "\n".join(lines[start:index])[2:]
        head, output = lines[start:index], []
        while index < len(lines) and not lines[index].startswith("$ "):
            output.append(lines[index])
            index += 1
        tail = []
        while output and not output[-1].strip():
            tail.append(output.pop())
        yield command, head, output, tail


def place_of(old, lines):
    places = [at for at in range(len(lines)) if lines[at : at + len(old)] == old]
    if len(places) != 1:
        raise Wrong(f"stands {len(places)} times in the file, not once:\n" + "\n".join(old))
    return places[0]


def changed(lines, difference):
    for piece in split_at_omitted(difference):
        piece = [line or " " for line in piece]
        wrong = [line for line in piece if line[0] not in " -+"]
        if wrong:
            raise Wrong(f"no line of a difference: {wrong[0]}")
        old = [line[1:] for line in piece if line[0] != "+"]
        at = place_of(old, lines)
        new = [line[1:] for line in piece if line[0] != "-"]
        lines = lines[:at] + new + lines[at + len(old) :]
    return lines


class Reader:
    """Does what a person would who works through the document."""

    def __init__(self, geartrain):
        self.folder = Folder(geartrain, shown_as=SHOWN_FOLDER)
        self.shell = Shell(self.folder)
        self.misfits = []  # what commands printed that did not fit, in full

    def close(self):
        self.shell.close()
        self.folder.close()

    def read_file(self, name):
        with open(os.path.join(self.shell.here, name), encoding="utf-8") as file:
            return file.read().rstrip("\n").split("\n")

    def write_file(self, name, lines):
        self.folder.write(os.path.join(self.shell.here, name), lines)

    def follow(self, block):
        """Returns the block's lines as the document is to show them."""
        if not block.is_fenced:
            self.run_hidden(block.lines)
            return block.lines
        language, name = (block.info + ["", ""])[:2]
        if language == "console" or (not language and block.lines[0].startswith("$ ")):
            return self.run_commands(block.lines)
        if language == "diff" and name:
            self.write_file(name, changed(self.read_file(name), block.lines))
        elif name.startswith("part-of:"):
            place_of(block.lines, self.read_file(name[len("part-of:") :]))
        elif name:
            self.write_file(name, block.lines)
        elif language in MUST_NAME_A_FILE:
            raise Wrong(f"a block of {language} names no file, so nothing checks it")
        return block.lines

    def run_hidden(self, lines):
        for line in lines:
            hidden = HIDDEN.fullmatch(line)
            if hidden:
                printed = self.shell.run(hidden[1])
                if self.shell.exit_code != 0:
                    raise Wrong(f"{hidden[1]}: exit code {self.shell.exit_code}\n" + "\n".join(printed))

    def run_commands(self, lines):
        result = []
        for command, head, expected, tail in commands_of(lines):
            printed = self.shell.run(command)
            if not fits(expected, printed, IN_ANY_ORDER.match(command)):
                expected = rewritten(expected, printed)
                self.misfits.append("\n".join([f"\n{command} printed:", *printed]))
            result += head + expected + tail
        return result


def run_document(path, name, geartrain, accept=False):
    outcome = Outcome(name)
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    reader, seen = Reader(geartrain), []
    try:
        for block in blocks_of(lines):
            seen += [block.opening] if block.opening else []
            try:
                seen += reader.follow(block)
            except (Wrong, OSError) as error:
                outcome.failed = 1
                outcome.output = f"{path}:{block.first_line}: {error}\n"
                return outcome
    finally:
        reader.close()
    if seen == lines:
        outcome.passed = 1
    elif accept:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(seen))
        outcome.passed, outcome.output = 1, f"rewrote {path}\n"
    else:
        outcome.failed = 1
        difference = difflib.unified_diff(lines, seen, path, "printed", lineterm="", n=6)
        outcome.output = "\n".join([*difference, *reader.misfits]) + "\n"
    return outcome
