"""`geartrain env`: what a requirements file was resolved to, and what becomes of it."""

import json
import os
import unittest

from command_line import Case

# Stands for uv: installs the version that the index has, or the one that a constraint pins.
UV = """#!/bin/bash
here=$(dirname "$0")
if [ "$1" = venv ]; then
  mkdir -p "$4/bin" "$4/lib/python3.11/site-packages"
  ln -s /bin/true "$4/bin/python"
  touch "$4/pyvenv.cfg"
  exit
fi
version=$(cat "$here/index")
[ "$8" != -c ] || version=$(sed -n 's/^tiny==//p' "$9")
info="${4%/bin/python}/lib/python3.11/site-packages/tiny-$version.dist-info"
mkdir "$info"
printf 'Name: tiny\\nVersion: %s\\n' "$version" > "$info/METADATA"
printf 'tiny.py,sha256=%s,1\\n' "$version" > "$info/RECORD"
"""
PYTHON = """#!/bin/sh
echo '{"executable": "/fake/python3", "version": "3.11.2", "architecture": "x86_64"}'
"""
PIPELINE = """name: flights
environment: {python: {requirements: requirements.txt}}
steps:
  load: {run: "true", environment: none}
  train:
    run: ls "$VIRTUAL_ENV"/lib/*/site-packages > ${{ outputs.seen }}
    code: [none]
    outputs: {seen: {path: seen}}
"""
WAITING = """name: flights
environment: {python: {requirements: requirements.txt}}
steps:
  train: {run: "echo begun > begun; read -r line < go"}
"""


class EnvironmentsTest(Case):
    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name, text in [("uv", UV), ("python3", PYTHON)]:
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)
        self.index("1.0")
        (self.folder / "requirements.txt").write_text("tiny\n")
        self.pipeline(PIPELINE)
        self.environment = os.environ | {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "NO_COLOR": "1",
        }

    def index(self, version):
        (self.bin / "index").write_text(version)

    def call(self, *words, code=0):
        got, out, talk = self.run_to_end(*words, env=self.environment)
        self.assertEqual(got, code, talk + out)
        return out, talk

    def data(self, *words, code=0):
        return json.loads(self.call(*words, "--json", code=code)[0])

    def seen(self):
        return self.call("get", "latest", "train.seen", "-")[0].strip()

    def test_a_list_says_what_there_is_and_who_uses_it(self):
        out, talk = self.call("env", "list")
        self.assertIn("no environment was made yet", talk)
        self.call("run")
        [one] = self.data("env", "list")
        self.assertEqual(one["python"], "3.11.2")
        self.assertEqual([package["version"] for package in one["packages"]], ["1.0"])
        self.assertEqual(one["used_by"], [{"pipeline": "flights", "steps": ["train"]}])
        self.assertTrue(one["current"])
        self.assertGreater(one["bytes"], 0)
        out, _ = self.call("env", "list")
        self.assertIn("flights: train", out)
        shown, _ = self.call("env", "show", one["key"][:6])
        self.assertIn("tiny", shown)
        self.assertEqual(self.call("env", "show", "train")[0], shown)
        self.assertEqual(self.call("env", "list", "-o", "name")[0].strip(), one["key"])

    def test_steps_of_other_pipelines_are_known_by_their_newest_runs(self):
        self.call("run")
        self.pipeline(PIPELINE.replace("flights", "trains").replace("requirements.txt", "r2.txt"))
        (self.folder / "r2.txt").write_text("tiny>0\n")
        [one] = self.data("env", "list")
        self.assertEqual(one["used_by"], [{"pipeline": "flights", "steps": ["train"]}])

    def test_what_was_resolved_once_stays_until_an_update(self):
        self.call("run")
        self.index("2.0")
        self.call("env", "prune", "--all")
        self.assertEqual(self.data("env", "list"), [])
        self.call("run", "--no-cache")
        self.assertEqual(self.seen(), "tiny-1.0.dist-info")
        out, talk = self.call("env", "update")
        self.assertRegex(out, r"tiny +1\.0 +2\.0")
        self.assertIn("1 package changed", talk)
        self.assertIn("package tiny: 1.0 → 2.0", self.call("plan")[0])
        self.call("run")
        self.assertEqual(self.seen(), "tiny-2.0.dist-info")
        self.assertIn("package tiny: 1.0 → 2.0", self.call("why", "latest", "train")[0])
        self.assertIn("nothing is newer", self.call("env", "update", "train")[1])
        self.assertEqual(
            sorted((one["current"], one["packages"][0]["version"]) for one in self.data("env", "list")),
            [(False, "1.0"), (True, "2.0")],
        )

    def test_prune_asks_how_long_nothing_used_it(self):
        self.call("run")
        self.assertEqual(self.data("env", "prune")["environments"], [])
        [one] = self.data("env", "list")
        folder = self.folder / ".geartrain/environments"
        os.utime(folder / (one["key"] + ".use"), (1, 1))
        gone = self.data("env", "prune", "--dry-run")
        self.assertEqual([each["key"] for each in gone["environments"]], [one["key"]])
        self.assertEqual(len(self.data("env", "list")), 1)
        self.data("env", "prune", "--unused-for", "7d")
        self.assertEqual(self.data("env", "list"), [])
        self.assertEqual([name for name in os.listdir(folder) if name.startswith(".removed")], [])

    def test_one_that_an_attempt_uses_stays_though_its_engine_is_gone(self):
        self.pipeline(WAITING)
        engine = self.start("run", env=self.environment)
        self.wait_for_step()
        kept = self.data("env", "prune", "--all")
        self.assertEqual((kept["environments"], len(kept["in_use"])), ([], 1))
        engine.kill()
        engine.communicate()
        self.assertIn("is in use, so it stays", self.call("env", "prune", "--all")[1])
        self.assertEqual(len(self.data("env", "list")), 1)
        follower = self.start("attach", "latest", env=self.environment)
        self.let_go()
        follower.communicate()
        self.assertEqual(len(self.data("env", "prune", "--all")["environments"]), 1)

    def test_what_is_wrong_is_said(self):
        self.assertIn("named x", self.call("env", "show", "x", code=5)[1])
        self.assertIn("is not made yet", self.call("env", "show", "train", code=5)[1])
        self.assertIn("there is no step", self.call("env", "update", "load", code=5)[1])
        self.call("env", "update", "train", "--all", code=2)
        self.call("env", "prune", "--all", "--unused-for", "1d", code=2)
        self.call("env", "prune", "--unused-for", "soon", code=2)
        self.assertIn("`geartrain env list`", self.call("env", code=2)[1])
        self.assertIn("did you mean `geartrain env list`?", self.call("env", "lits", code=2)[1])
        os.remove(self.folder / "pipeline.yaml")
        self.call("env", "update", code=5)


if __name__ == "__main__":
    unittest.main()
