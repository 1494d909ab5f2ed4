"""Rules that every file of the tree keeps: size, no forgotten work, no place of one machine."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES_MAX = 600
# Files that are longer, with their length; it may only shrink.
LONGER = {}
# A table, not a text: it has some lines for each route.
TABLES = {"src/server/openapi.json"}
TEXT = {".h", ".cpp", ".py", ".md", ".txt", ".yaml", ".json", ".cmake", ".sh", ".html", ""}
# Written in two parts, so that this file does not break its own rule.
PLACES = re.compile(r"(?<![\w.])/(wo" r"rk|ho" r"me|Us" r"ers|m" r"nt)/\w")
# Help texts in the reference: the binary's, and as many as there are commands.
COPIED = re.compile(r"^<!-- help: .*?^```\n.*?^```$", re.S | re.M)
FORGOTTEN = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b(?:\(([\w-]+)\))?")


def files():
    """The files that git knows or would add; without git, all but what builds make."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
    )
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split("\0")[:-1]
    else:
        names = []
        for folder, folders, found in os.walk(ROOT):
            made = ("build", ".git", ".cache", ".geartrain", "__pycache__")
            folders[:] = [one for one in folders if one not in made]
            names += [os.path.relpath(os.path.join(folder, name), ROOT) for name in found]
    paths = [(name, ROOT / name) for name in sorted(names)]
    return [(name, path) for name, path in paths if path.is_file() and path.suffix in TEXT]


def problems_of(name, text, limits):
    lines = text.splitlines()
    longest = float("inf") if name in TABLES else LONGER.get(name, LINES_MAX)
    written = len(COPIED.sub("", text).splitlines())
    if written > longest and name != "LICENSE":
        yield f"{name} has {written} lines, more than {longest}"
    for number, line in enumerate(lines, 1):
        if PLACES.search(line):
            yield f"{name}:{number}: names a place that only one machine has"
        for word, entry in FORGOTTEN.findall(line):
            if not entry or entry not in limits:
                yield f"{name}:{number}: {word} without an entry in docs/limits.md"


def limits():
    path = ROOT / "docs/limits.md"
    return set(re.findall(r"[\w-]+", path.read_text())) if path.exists() else set()


class TreeTest(unittest.TestCase):
    def test_every_file_keeps_the_rules(self):
        found, known = [], limits()
        for name, path in files():
            found += problems_of(name, path.read_text(errors="replace"), known)
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_every_cpp_file_is_in_the_projects_format(self):
        formatter = shutil.which("clang-format-19")
        if not formatter:
            self.skipTest("clang-format-19 is not installed")
        paths = [str(path) for _, path in files() if path.suffix in {".cpp", ".h"}]
        command = [formatter, "--dry-run", "-Werror", *paths]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"./dev format mends it:\n{done.stderr[:4000]}")

    def test_the_list_of_longer_files_shrinks(self):
        for name, lines in LONGER.items():
            with self.subTest(name):
                self.assertEqual(len((ROOT / name).read_text().splitlines()), lines)

    def test_a_broken_rule_is_found(self):
        place = "see /wo" "rk/notes and /ho" "me/me/x"
        self.assertEqual(len(list(problems_of("a.md", place, set()))), 1)
        self.assertEqual(len(list(problems_of("a.md", "x\n" * (LINES_MAX + 1), set()))), 1)
        copied = "<!-- help: a -->\n```\n" + "x\n" * LINES_MAX + "```\n"
        self.assertEqual(list(problems_of("a.md", copied, set())), [])
        self.assertEqual(len(list(problems_of("a.md", copied + "x\n" * LINES_MAX, set()))), 1)
        forgotten = "// TO" "DO(faster): do it\n// FIX" "ME\n"
        self.assertEqual(len(list(problems_of("a.h", forgotten, set()))), 2)
        self.assertEqual(len(list(problems_of("a.h", forgotten, {"faster"}))), 1)
        self.assertEqual(list(problems_of("a.md", "a/wo" "rk/b and todo\n", set())), [])


if __name__ == "__main__":
    unittest.main()
