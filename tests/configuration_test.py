"""docs/reference/configuration.md says what the binary says. GT_ACCEPT=1 rewrites its table."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/reference/configuration.md"
TABLE = re.compile(r"(<!-- settings -->\n)(.*?)(<!-- end of settings -->)", re.S)


class ConfigurationTest(unittest.TestCase):
    def setUp(self):
        self.binary = geartrain_binary.path()

    def settings(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [self.binary, "config", "--json"],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": folder},
                capture_output=True,
                text=True,
                check=True,
            )
        return json.loads(done.stdout)

    def table(self):
        lines = ""
        for one in self.settings():
            name, flag = one["name"], one["flag"]
            default = one["default"]
            default = default if re.search(r"[` ]|none", default) else f"`{default}`"
            flag = "`" + flag.replace(",", "`, `") + "`" if flag else ""
            project = "yes" if one["project"] else "no"
            lines += f"| `{name}` | {default} | `{one['variable']}` | {flag} | {project} |\n"
            lines += f"| | {one['description']} | | | |\n"
        return lines

    def test_the_table_is_the_binary_s(self):
        text = DOCUMENT.read_text()
        fresh = TABLE.sub(lambda found: found[1] + self.table() + found[3], text)
        if os.environ.get("GT_ACCEPT") == "1":
            DOCUMENT.write_text(fresh)
        else:
            self.assertEqual(text, fresh)

    def test_every_setting_can_be_set_by_its_variable(self):
        samples = {"integer": "7", "size": "128Mi", "duration": "7s"}
        for one in self.settings():
            with self.subTest(one["name"]), tempfile.TemporaryDirectory() as folder:
                unit = {"bytes": "size", "seconds": "duration"}.get(one["unit"], "integer")
                value = {
                    "durability": "process",
                    "output": "table",
                    "progress": "plain",
                    "color": "never",
                    "openlineage_url": "http://localhost:5000",
                    "public_url": "http://localhost:4207",
                    "otlp_url": "http://localhost:4318",
                }.get(one["name"], samples[unit])
                done = subprocess.run(
                    [self.binary, "config", "show", one["name"], "-o", "json"],
                    cwd=folder,
                    env={"PATH": os.environ["PATH"], "HOME": folder, one["variable"]: value},
                    capture_output=True,
                    text=True,
                    check=True,
                )
                shown = json.loads(done.stdout)[0]
                self.assertEqual(shown["origin"]["kind"], "variable")
                self.assertEqual(shown["origin"]["name"], one["variable"])

    def test_every_variable_of_the_reference_is_known(self):
        names = set()
        for page in (ROOT / "docs/reference").glob("*.md"):
            for row in re.findall(r"^\| .*`GEARTRAIN_.*", page.read_text(), re.M):
                names |= set(re.findall(r"`(GEARTRAIN_[A-Z_]+)`", row))
        settings = {one["variable"] for one in self.settings()}
        self.assertIn("GEARTRAIN_SERVER", names)
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [self.binary, "config"],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": folder} | dict.fromkeys(names - settings, "x"),
                capture_output=True,
                text=True,
            )
        self.assertNotIn("knows no variable", done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
