"""For tests of what runs out: a pipeline that uses all that a home has, and what must hold of it."""

import json
import re
import sqlite3

from command_line import SECONDS_MAX, Case

PIPELINE = """name: uses
steps:
  file:
    run: |
      seq 5000 > ${{ outputs.file }}
      seq 2000
    outputs: {file: {path: file}}
    code: [pipeline.yaml]
  folder:
    run: |
      mkdir -p ${{ outputs.folder }}/deep
      for i in 1 2 3 4 5; do seq 1000 > ${{ outputs.folder }}/deep/$i; done
      echo 'rows=5000' >> "$GEARTRAIN_VALUES"
    outputs: {folder: {path: folder/}, rows: {type: integer}}
    code: [pipeline.yaml]
  both:
    run: |
      cat ${{ inputs.file }} ${{ inputs.folder }}/deep/* | wc -l > ${{ outputs.count }}
      cp -rL ${{ inputs.mine }} ${{ outputs.count }}.copy
    inputs:
      file: ${{ steps.file.outputs.file }}
      folder: ${{ steps.folder.outputs.folder }}
      mine: {from: "${{ steps.folder.outputs.folder }}", copy: true}
      rows: ${{ steps.folder.outputs.rows }}
    outputs: {count: {path: count}}
  each:
    matrix: {i: [1, 2, 3, 4]}
    run: echo ${{ matrix.i }} > ${{ outputs.x }}; echo said
    outputs: {x: {path: x}}
    inputs: {count: "${{ steps.both.outputs.count }}"}
finally:
  last: {run: "true"}
"""
# Ends of commands: done, failed, refused; everything else is a crash.
ORDERLY = {0, 1, 5, 6, 7}


class SweepCase(Case):
    """Commands under some want; then without it."""

    def check_talk(self, code, talk, words):
        """It ended in order; if not well, it says of what there was not enough."""
        self.assertIn(code, ORDERLY, talk)
        self.assertNotIn("Sanitizer", talk)
        self.assertNotIn("geartrain: bug", talk)
        if code != 0:
            self.assertRegex(talk, words)

    def check_that_it_works_now(self):
        """What is there is sound, the run that was left ends well, and a new one finds it all."""
        self.check_database()
        for run in self.runs():
            if run["state"] in ("queued", "running"):
                code, _, talk = self.run_to_end("attach", run["name"])
                self.assertIn(code, (0, 1), talk)
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 0, talk)
        code, out, talk = self.run_to_end("get", "latest", "both.count", "-")
        self.assertEqual((code, out.strip()), (0, "10000"), talk)
        code, out, talk = self.run_to_end("get", "latest", "file.file", "-")
        self.assertEqual((code, len(out.splitlines())), (0, 5000), talk)
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 0, talk)
        self.assertEqual({task["state"] for task in self.shown()["tasks"][:3]}, {"cached"})
        self.check_database()

    def runs(self):
        code, out, talk = self.run_to_end("runs", "--json")
        if code == 5:
            return []
        self.assertEqual(code, 0, talk)
        return json.loads(out)

    def check_database(self):
        path = self.folder / ".geartrain/geartrain.db"
        if not path.exists() or path.stat().st_size == 0:
            return
        database = sqlite3.connect(path)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()

    def run_until_told(self, words, relieve, *arguments, **options):
        """Runs a command; when it says the words, the want is over. Its code and all its talk."""
        process = self.start(*arguments, **options)
        talk, is_over = "", False
        for line in process.stderr:
            talk += line
            if re.search(words, line) and not is_over:
                relieve()
                is_over = True
        process.communicate(timeout=SECONDS_MAX)
        return process.returncode, talk
