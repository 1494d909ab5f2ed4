"""`cmake --install` gives a binary that needs nothing from the source tree."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

ROOT = Path(__file__).resolve().parent.parent


class InstallTest(unittest.TestCase):
    def setUp(self):
        build = Path(geartrain_binary.path()).parent
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        environment = dict(os.environ, DESTDIR=str(self.folder / "stage"))
        command = ["cmake", "--install", str(build), "--prefix", "/usr"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        self.binary = self.folder / "stage/usr/bin/geartrain"

    def run_in(self, name, *arguments):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "NO_COLOR": "1"}
        command = [str(self.binary), *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )

    def test_a_project_is_made_and_run_away_from_the_tree(self):
        for arguments in [["version"], ["init"], ["check"], ["run"], ["show", "latest"]]:
            done = self.run_in("project", *arguments)
            self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
            self.assertNotIn(str(ROOT), done.stdout + done.stderr)

    def test_only_the_binary_is_installed_and_it_names_no_place_of_the_tree(self):
        stage = self.folder / "stage"
        files = [path for path in stage.rglob("*") if path.is_file()]
        self.assertEqual(files, [self.binary])
        place = re.escape(os.fsencode(str(ROOT))) + rb"/([^\0]*)"
        named = set(re.findall(place, self.binary.read_bytes()))
        # The sanitizers keep the name of the source file, also of a made one, of every global variable.
        sources = {name for name in named if re.fullmatch(rb"(src|build)/[\w/]+\.(cpp|h)", name)}
        self.assertEqual(named - sources, set())


if __name__ == "__main__":
    unittest.main()
