"""`geartrain verify`: damage is found and put out of the way; results are made again and compared."""

import json
import os
import sqlite3
import unittest

from command_line import Case

PIPELINE = """name: model
steps:
  make: {run: "echo raw > ${{ outputs.raw }}", code: [none], outputs: {raw: {path: raw}}}
  use:
    run: mkdir ${{ outputs.all }}; cp ${{ inputs.raw }} ${{ outputs.all }}/copy
    inputs: {raw: "${{ steps.make.outputs.raw }}"}
    outputs: {all: {path: all/}}
"""


class VerifyCase(Case):
    def call(self, *words, code=0):
        got, out, talk = self.run_to_end(*words)
        self.assertEqual(got, code, talk + out)
        return out, talk

    def data(self, *words, code=0):
        return json.loads(self.call(*words, "--json", code=code)[0])

    def blobs(self, kind):
        root = self.folder / ".geartrain" / kind
        return [path for path in root.glob("??/*") if not path.name.endswith(".manifest")]

    def spoil(self, path):
        """Another byte, and nothing that a stat could tell."""
        before = path.stat()
        path.chmod(0o644)
        text = path.read_bytes()
        path.write_bytes(bytes([text[0] ^ 1]) + text[1:])
        path.chmod(before.st_mode & 0o777)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


class HomeTest(VerifyCase):
    def setUp(self):
        super().setUp()
        self.pipeline(PIPELINE)
        self.call("run")

    def test_a_sound_home(self):
        out, talk = self.call("verify")
        self.assertEqual(out, "")
        self.assertRegex(talk, r"^2 artifacts \(.*\) and the database: all as they were made\n$")
        self.assertTrue(self.data("verify")["sound"])

    def test_a_damaged_file_is_put_away_and_its_step_runs_again(self):
        [path] = self.blobs("objects")
        self.spoil(path)
        self.assertTrue(self.data("verify", "--dry-run", code=1)["damaged"])
        self.assertTrue(path.exists())
        out, talk = self.call("verify", code=1)
        self.assertIn("quarantined", out)
        self.assertIn("model/1 make.raw", out)
        self.assertIn("the next `geartrain run` makes it anew", out)
        self.assertFalse(path.exists())
        self.assertEqual(self.data("verify", code=1)["damaged"][0]["state"], "missing")
        self.call("run")
        self.assertEqual(self.states(), {"make": "succeeded", "use": "cached"})
        self.call("verify")

    def test_a_damaged_folder(self):
        [path] = self.blobs("trees")
        path.chmod(0o755)
        self.spoil(path / "copy")
        path.chmod(0o555)
        [damage] = self.data("verify", code=1)["damaged"]
        self.assertTrue(damage["folder"] and damage["quarantined"])
        self.assertEqual({one["task"] for one in damage["concerns"]}, {"use"})

    def test_a_lost_artifact(self):
        [path] = self.blobs("objects")
        path.unlink()
        [damage] = self.data("verify", code=1)["damaged"]
        self.assertEqual((damage["state"], damage["quarantined"]), ("missing", False))

    def test_what_gc_took_is_no_damage(self):
        steps = [f"  {x}: {{run: 'cat f{x} > ${{{{ outputs.o }}}}', code: [f{x}], "
                 "outputs: {o: {path: o}}}\n" for x in "xy"]
        self.pipeline("name: pair\nsteps:\n" + "".join(steps))
        for x, y in ["aa", "ab"]:
            (self.folder / "fx").write_text(x)
            (self.folder / "fy").write_text("y" + y)
            self.call("run")
        self.call("gc", "--keep", "1")
        # The first run stays, since the second took a result from it; another of its results is gone.
        self.assertIn("pair/1", self.call("runs", "-o", "name")[0])
        self.call("get", "pair/1", "y.o", "-", code=5)
        self.call("verify")

    def test_a_record_that_is_not_what_its_digest_says(self):
        with sqlite3.connect(self.folder / ".geartrain/geartrain.db") as database:
            database.execute("UPDATE source_set SET text = text || 'x'")
        database.close()
        found = self.data("verify", code=1)
        self.assertIn("source set", found["database"][0])
        self.assertIn("keep a copy", self.call("verify", code=1)[0])

    def test_what_does_not_go_together(self):
        self.call("verify", "latest", "--dry-run", code=2)
        self.call("verify", "--steps", "2", code=2)
        self.call("verify", "model/9", code=5)
        self.call("verify", "latest", "mkae", code=5)


class RunTest(VerifyCase):
    def setUp(self):
        super().setUp()
        for name, text in {
            "hashes.py": "import sys\nprint(list({str(n) for n in range(50)}))\n",
            "seed.py": "import random\nprint(random.random())\n",
            "clock.py": "import time\nprint('made', time.time())\n",
            "zip.py": "import gzip, sys\nsys.stdout.buffer.write(gzip.compress(b'x'))\n",
            "threads.py": "import os\nprint(1 if os.environ.get('OMP_NUM_THREADS') == '1' "
            "else os.urandom(8).hex())\n",
        }.items():
            (self.folder / name).write_text(text)

    def steps(self, **commands):
        text = "name: model\nsteps:\n"
        for name, command in commands.items():
            text += (
                f"  {name}: {{run: \"{command} > ${{{{ outputs.x }}}}\", code: ['*.py'], "
                "outputs: {x: {path: x.txt}}}\n"
            )
        self.pipeline(text)
        self.call("run")

    def verify(self, *words, code=1):
        return {one["task"]: one for one in self.data("verify", "latest", *words, code=code)["tasks"]}

    def test_equal_bytes(self):
        self.pipeline(PIPELINE)
        self.call("run")
        before = self.call("show", "latest", "--json")[0]
        out, talk = self.call("verify", "latest")
        self.assertEqual(out, "make same\nuse same\n")
        self.assertIn("2 of 2 tasks executed once more gave the same bytes", talk)
        self.assertEqual(self.call("show", "latest", "--json")[0], before)
        self.assertEqual(os.listdir(self.folder / ".geartrain/attempts").__len__(), 0)
        left = [n for n in os.listdir(self.folder / ".geartrain/debug") if not n.endswith(".lock")]
        self.assertEqual(left, [])
        self.call("verify")

    def test_reasons_are_found_by_experiment(self):
        self.steps(
            hashes="python3 hashes.py",
            seed="python3 seed.py",
            clock="python3 clock.py",
            zip="python3 zip.py",
            threads="python3 threads.py",
            place="echo $TMPDIR",
        )
        found = self.verify()
        self.assertEqual(
            {name: (one["reason"], one["sureness"]) for name, one in found.items()},
            {
                "hashes": ("order", "certain"),
                "seed": ("seed", "possible"),
                "clock": ("time", "likely"),
                "zip": ("time", "likely"),
                "threads": ("threads", "certain"),
                "place": ("folder", "certain"),
            },
        )
        self.assertEqual(found["clock"]["difference"], "line 1 differs")
        self.assertEqual({one["output"] for one in found.values()}, {"x"})
        self.assertEqual(len(self.call("runs", "-o", "name")[0].splitlines()), 1)

    def test_quick_compares_only(self):
        self.steps(seed="python3 seed.py", other="python3 seed.py")
        found = self.verify("--quick", "seed")
        self.assertEqual(list(found), ["seed"])
        self.assertEqual((found["seed"]["executions"], found["seed"]["reason"]), (1, None))
        self.assertEqual(len(self.verify("--quick", "--steps", "1")), 1)

    def test_the_file_in_a_folder_is_named(self):
        self.pipeline(
            "name: model\nsteps:\n  make:\n    code: ['*.py']\n    outputs: {all: {path: all/}}\n"
            "    run: mkdir ${{ outputs.all }}; echo 1 > ${{ outputs.all }}/a; "
            "python3 seed.py > ${{ outputs.all }}/b\n"
        )
        self.call("run")
        self.assertEqual(self.verify("--quick")["make"]["file"], "b")

    def test_what_changed_since_is_not_compared(self):
        self.steps(seed="python3 seed.py")
        (self.folder / "seed.py").write_text("print(1)\n")
        out, talk = self.call("verify", "latest", code=7)
        self.assertIn("seed not compared: file seed.py changed since", out)
        self.assertIn("nothing of model/1 could be compared", talk)

    def test_a_step_that_fails_now(self):
        (self.folder / "there").write_text("x")
        self.pipeline(
            "name: model\nsteps: {make: {run: 'cat there > ${{ outputs.x }}', code: ['*.py'], "
            "outputs: {x: {path: x}}}}\n"
        )
        self.call("run")
        (self.folder / "there").unlink()
        found = self.verify()
        self.assertEqual(found["make"]["state"], "failed")
        self.assertIn("exit", found["make"]["explanation"])


if __name__ == "__main__":
    unittest.main()
