"""A folder of src/ includes only folders of a lower level, as src/LEVELS says, and never a peer."""

import os
import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def read_levels(path):
    levels = {}
    for line in path.read_text().splitlines():
        if re.match(r"\d", line):
            level, *names = line.split()
            for name in names:
                if name in levels:
                    raise ValueError(f"{name} stands twice in {path}")
                levels[name] = int(level)
    return levels


def problems(source):
    """What breaks the levels below the folder `source`, a line each."""
    levels = read_levels(source / "LEVELS")
    found = []
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        if folder.name not in levels:
            found.append(f"{folder.name}: this folder has no level")
            continue
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".h", ".cpp"):
                found += problems_of(file, source, folder.name, levels)
    return found


def problems_of(file, source, own, levels):
    for included in INCLUDE.findall(file.read_text()):
        other = included.split("/")[0]
        where = f"{file.relative_to(source)}: includes {included}"
        if "/" not in included or ".." in included:
            yield f"{where}, which is not written from src/"
        elif other not in levels:
            yield f"{where}: {other} has no level"
        elif not (source / included).exists():
            yield f"{where}, which does not exist"
        elif other != own and levels[other] >= levels[own]:
            yield f"{where}: {own} is on level {levels[own]}, {other} on {levels[other]}"


class LevelsTest(unittest.TestCase):
    def test_every_include_goes_down(self):
        self.assertEqual(problems(ROOT / "src"), [])


class CheckerTest(unittest.TestCase):
    """The test above can fail."""

    def problems_with(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder)
            (source / "LEVELS").write_text("# levels\n0 base\n1 left right\n2 top\n")
            good = {"base/a.h": "", "left/b.h": '#include "base/a.h"\n', "right/c.h": "", "top/d.h": ""}
            named = {name.replace("__", "/") + ".h": text for name, text in files.items()}
            for name, text in (good | named).items():
                os.makedirs((source / name).parent, exist_ok=True)
                (source / name).write_text(text)
            return problems(source)

    def test_a_clean_house_has_no_problem(self):
        self.assertEqual(self.problems_with(top__e='#include "left/b.h"\n#include <map>\n'), [])

    def test_an_include_upwards_is_found(self):
        found = self.problems_with(base__e='  # include "top/d.h"\n')
        self.assertEqual(found, ["base/e.h: includes top/d.h: base is on level 0, top on 2"])

    def test_an_include_of_a_peer_is_found(self):
        found = self.problems_with(left__e='#include "right/c.h"\n')
        self.assertEqual(found, ["left/e.h: includes right/c.h: left is on level 1, right on 1"])

    def test_a_folder_without_a_level_is_found(self):
        self.assertEqual(self.problems_with(attic__e=""), ["attic: this folder has no level"])

    def test_an_include_that_is_not_written_from_the_root_is_found(self):
        self.assertEqual(len(self.problems_with(top__e='#include "d.h"\n')), 1)
        self.assertEqual(len(self.problems_with(top__e='#include "top/../left/b.h"\n')), 1)


if __name__ == "__main__":
    unittest.main()
