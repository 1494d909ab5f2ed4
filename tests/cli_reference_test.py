"""docs/reference/cli.md shows what the binary says. GT_ACCEPT=1 rewrites the help texts in it."""

import os
import re
import subprocess
import unittest
from pathlib import Path

import geartrain_binary

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/reference/cli.md"
BLOCK = re.compile(r"(<!-- help: ([a-z ]*) -->\n```\n)(.*?)(```\n)", re.S)


class ReferenceTest(unittest.TestCase):
    def setUp(self):
        self.binary = geartrain_binary.path()

    def help(self, command):
        words = [self.binary, *command.split(), "--help"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def commands(self):
        return re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", self.help(""), re.M)

    def test_every_help_text_is_the_binary_s(self):
        text = DOCUMENT.read_text()
        fresh = BLOCK.sub(lambda found: found[1] + self.help(found[2]) + found[4], text)
        if os.environ.get("GT_ACCEPT") == "1":
            DOCUMENT.write_text(fresh)
        else:
            self.assertEqual(text, fresh)

    def test_every_command_has_its_place(self):
        shown = [found[2] for found in BLOCK.finditer(DOCUMENT.read_text())]
        self.assertEqual(shown, ["", *self.commands()])

    def test_every_command_has_examples_and_json(self):
        for command in self.commands():
            with self.subTest(command):
                text = self.help(command)
                self.assertIn("\nexamples\n", text)
                # What a server says is for its journal.
                if command != "up":
                    self.assertIn("--json", text)


if __name__ == "__main__":
    unittest.main()
