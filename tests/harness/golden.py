"""Golden transcripts: commands and what they print, run in a fresh folder.

    ## a comment
    # file pipeline.yaml
    name: one
    # end
    $ geartrain check
    pipeline.yaml: no problems
    [exit 0]

Files are written, then commands run one after the other by bash, stdout and stderr together. The
text after a command must be what it prints; a code other than 0 stands as `[exit N]`. Times, ids,
digests and durations may be written as masks (see masks.py). Spaces at the end of a line and empty
lines at the end of an output do not count. A line of output that begins with `$ `, `# ` or `[exit`
is written with a backslash before it. With GT_ACCEPT=1 the file is rewritten with what was printed.
"""

import difflib
import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field

from .masks import masked
from .outcome import Outcome

SECONDS_MAX = 120
MARK = "GEARTRAIN_GOLDEN_FOLDER"
SPECIAL = re.compile(r"^\\*(?:\$ |# |\[exit )")


@dataclass
class Part:
    """A piece of a transcript: text that is kept as it is, a file, or a command."""

    kind: str  # "text", "file", "command"
    source: list = field(default_factory=list)  # the lines as they stand
    name: str = ""  # of a file, or the command
    content: list = field(default_factory=list)  # of a file, or the expected output
    exit_code: int = 0


def parse(lines):
    parts, index = [], 0
    while index < len(lines):
        line = lines[index]
        start = index
        index += 1
        if line.startswith("# file "):
            end = lines.index("# end", index)
            part = Part("file", name=line[len("# file ") :], content=lines[index:end])
            index = end + 1
        elif line.startswith("$ "):
            part = Part("command", name=line[2:])
            while part.name.endswith("\\") and index < len(lines):
                part.name += "\n" + lines[index]
                index += 1
            while index < len(lines) and not lines[index].startswith(("$ ", "# file ", "## ")):
                end = re.fullmatch(r"\[exit (\d+)\]", lines[index])
                index += 1
                if end:
                    part.exit_code = int(end.group(1))
                    break
                part.content.append(lines[index - 1])
            while part.content and not part.content[-1].strip():
                part.content.pop()
            part.content = [unescaped(one) for one in part.content]
        else:
            part = Part("text")
        part.source = lines[start:index]
        parts.append(part)
    return parts


def unescaped(line):
    return line[1:] if line.startswith("\\") and SPECIAL.match(line) else line


def escaped(line):
    return "\\" + line if SPECIAL.match(line) else line


def merged(expected, printed):
    """The printed lines as a transcript holds them: an expected line that fits stays as it is."""
    result = []
    for index, line in enumerate(printed):
        fits = index < len(expected) and expected[index] in (line, masked(line))
        result.append(expected[index] if fits else masked(line))
    return result


def text_of(part, output, exit_code):
    """The command's part of the file with this output."""
    lines = [f"$ {part.name}", *[escaped(line) for line in output]]
    if exit_code != 0:
        lines.append(f"[exit {exit_code}]")
    tail = []
    for line in reversed(part.source):
        if line.strip():
            break
        tail.append("")
    return "\n".join(lines).split("\n") + tail


class Folder:
    """A fresh project folder with an environment of its own; what it started is ended with it."""

    def __init__(self, geartrain, shown_as="<folder>"):
        self.shown_as = shown_as  # the project folder, in what is printed
        self.home = tempfile.TemporaryDirectory(prefix="golden-", ignore_cleanup_errors=True)
        root = os.path.realpath(self.home.name)
        self.project = os.path.join(root, "project")
        for name in ["project", "bin", "home", "tmp"]:
            os.mkdir(os.path.join(root, name))
        os.symlink(os.path.abspath(geartrain), os.path.join(root, "bin", "geartrain"))
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("ASAN_", "UBSAN_", "PIP_", "SSL_")) or name.lower().endswith("_proxy")
        }
        self.environment = kept | {
            "PATH": os.path.join(root, "bin") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": os.path.join(root, "home"),
            "TMPDIR": os.path.join(root, "tmp"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "NO_COLOR": "1",
            MARK: root,
        }
        self.root = root

    def write(self, name, lines):
        path = os.path.join(self.project, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        if lines and lines[0].startswith("#!"):
            os.chmod(path, 0o755)

    def run(self, command):
        """Returns the printed lines and the exit code."""
        with tempfile.TemporaryFile() as output:  # no pipe: a keeper that lives on may hold it
            process = subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            note = ""
            try:
                process.wait(SECONDS_MAX)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                note = f"\n(still ran after {SECONDS_MAX} s)"
            output.seek(0)
            text = output.read().decode("utf-8", "backslashreplace") + note
        return self.lines_of(text), process.returncode

    def lines_of(self, text):
        """What was printed, without what is of this folder only and empty lines at the end."""
        text = text.replace(self.project, self.shown_as).replace(self.root, "<root>")
        lines = [line.rstrip() for line in text.split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def close(self):
        mark = f"{MARK}={self.root}".encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass  # it has ended, or belongs to somebody else
        self.home.cleanup()


def run_golden(path, geartrain, accept=False):
    outcome = Outcome("golden/" + os.path.basename(path))
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    folder, seen = Folder(geartrain), []
    try:
        for part in parse(lines):
            if part.kind == "file":
                folder.write(part.name, part.content)
            if part.kind == "command":
                printed, code = folder.run(part.name)
                seen += text_of(part, merged(part.content, printed), code)
            else:
                seen += part.source
    except ValueError:
        outcome.failed, outcome.output = 1, f"{path}: a `# file` has no `# end`\n"
        return outcome
    finally:
        folder.close()
    wanted = [line.rstrip() for line in lines]
    if [line.rstrip() for line in seen] == wanted:
        outcome.passed = 1
    elif accept:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(seen))
        outcome.passed, outcome.output = 1, f"rewrote {path}\n"
    else:
        outcome.failed = 1
        difference = difflib.unified_diff(wanted, seen, path, "printed", lineterm="", n=6)
        outcome.output = "\n".join(difference) + "\n"
    return outcome
