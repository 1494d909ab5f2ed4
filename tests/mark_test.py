"""`geartrain mark`: a person says what has become of a task."""

import json
import unittest

from api_client import ApiCase
from command_line import SECONDS_MAX

FAILS = """name: mail
steps:
  fetch: {run: "false", outputs: {rows: {type: integer}}}
  load:
    run: echo ${{ to_json(inputs.rows) }} > PLACE/loaded
    inputs: {rows: "${{ steps.fetch.outputs.rows }}"}
    cache: false
"""
WAITS = """name: slow
steps:
  wait: {run: "cd PLACE && echo begun > begun && read word < go"}
  after: {run: "false", needs: wait}
"""


class MarkTest(ApiCase):
    def place(self, text):
        self.pipeline(text.replace("PLACE", str(self.folder)))

    def mark(self, *arguments):
        return self.run_to_end("mark", *arguments)

    def task(self, run, path):
        return {task["path"]: task for task in run["tasks"]}[path]

    def test_what_did_not_run_because_of_it_goes_on(self):
        self.place(FAILS)
        self.assertEqual(self.run_to_end("run")[0], 1)
        code, out, talk = self.mark(
            "latest", "fetch", "--as", "succeeded", "--comment", "came by mail", "--json"
        )
        self.assertEqual(code, 0, talk)
        run = json.loads(out)
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(self.lines("loaded"), ["null"])
        fetch = self.task(run, "fetch")
        self.assertEqual(fetch["state"], "succeeded")
        self.assertEqual(fetch["marked"]["comment"], "came by mail")
        self.assertIsNone(self.task(run, "load")["marked"])
        shown = self.run_to_end("show", "latest")[1]
        self.assertRegex(shown, "marked as succeeded by .*: came by mail")

    def test_a_success_that_is_marked_as_failed_fails_its_run(self):
        self.place(FAILS.replace('"false"', "echo rows=1 >> $GEARTRAIN_VALUES"))
        self.assertEqual(self.run_to_end("run")[0], 0)
        code, _, talk = self.mark("latest", "load", "--as", "failed")
        self.assertEqual(code, 1, talk)
        run = self.shown()
        self.assertEqual((run["state"], self.task(run, "load")["cause"]), ("failed", "marked"))

    def test_a_run_that_goes_on_is_changed_by_its_driver(self):
        self.place(WAITS)
        run = self.start("run")
        self.wait_for_step()
        code, _, talk = self.mark("latest", "wait", "--as", "succeeded")
        self.assertEqual(code, 7, talk)
        self.assertIn("wait is running", talk)
        code, _, talk = self.mark("latest", "after", "--as", "succeeded")
        self.assertEqual(code, 0, talk)
        self.assertIn("slow/1 is marked", talk)
        self.let_go()
        _, talk = run.communicate(timeout=SECONDS_MAX)
        self.assertEqual(run.returncode, 0, talk)

    def test_what_is_asked_for_must_make_sense(self):
        self.place(FAILS)
        self.run_to_end("run")
        for arguments in [["fetch"], ["fetch", "--as", "done"], ["--as", "failed"]]:
            code, _, talk = self.mark("latest", *arguments)
            self.assertEqual(code, 2, talk)
        code, _, talk = self.mark("latest", "nothing", "--as", "failed")
        self.assertIn("nothing", talk)
        self.assertNotEqual(code, 0)
        self.assertEqual(self.shown()["state"], "failed")

    def test_by_the_api(self):
        self.place(FAILS)
        self.serve()
        run = self.post("/api/v1/pipelines/mail/runs").json()["name"]
        self.assertEqual(self.ended(run)["state"], "failed")
        path = f"/api/v1/runs/{run}/mark"
        marked = self.post(path, {"tasks": ["fetch"], "as": "succeeded", "comment": "by mail"})
        self.assertEqual(marked.status, 202, marked.body)
        run = self.ended(run)
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(self.task(run, "fetch")["marked"]["comment"], "by mail")
        for wrong in [{}, {"tasks": ["fetch"]}, {"tasks": [], "as": "failed"}]:
            self.assertEqual(self.post(path, wrong).status, 400)
        self.assertEqual(self.post(path, {"tasks": ["x"], "as": "failed"}).status, 404)


if __name__ == "__main__":
    unittest.main()
