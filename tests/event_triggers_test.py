"""Runs that `geartrain up` begins of itself since something has happened."""

import concurrent.futures
import hashlib
import hmac
import json
import os
import signal
import time
import unittest

from api_client import ApiCase

LOAD = """name: load
params: {month: {type: integer, default: 1}}
steps: {load: {run: "test ${{ params.month }} -le 12"}}
"""
REPORT = """name: report
params: {month: {type: integer, maximum: 9}, after: {type: string}}
triggers:
  loaded:
    pipeline: load
    states: [succeeded, failed]
    if: event.run.params.month != 7
    params: {month: "${{ event.run.params.month }}", after: "${{ event.run.name }} ${{ event.run.state }}"}
steps: {report: {run: "echo month ${{ params.month }} after ${{ params.after }}"}}
"""
TRAIN = """name: train
params: {commit: {type: string, default: none, maxLength: 40}}
triggers:
  pushed:
    webhook: {form: github, secret: KEY}
    if: event.kind == 'push' && event.body.ref == 'refs/heads/main'
    params: {commit: "${{ event.body.after }}"}
  told: {webhook: {secret: KEY}, params: {commit: "${{ event.body.commit }}"}}
  missing: {webhook: {form: gitlab, secret: NOBODY_HAS_IT}}
steps: {train: {run: "echo ${{ params.commit }}"}}
"""


class Events(ApiCase):
    def setUp(self):
        super().setUp()
        (self.folder / "pipelines").mkdir()

    def put(self, name, text):
        (self.folder / f"pipelines/{name}.yaml").write_text(text)

    def until_run(self, name):
        """The run once it has ended."""
        events = self.events()
        while self.get(f"/api/v1/runs/{name}").status == 404:
            events.next()
        events.close()
        return self.ended(name)

    def firings(self):
        return self.get("/api/v1/firings").json()["firings"]


class RunEndTest(Events):
    def setUp(self):
        super().setUp()
        self.put("load", LOAD)
        self.put("report", REPORT)

    def load(self, month):
        return self.run_to_end("run", "--file", "pipelines/load.yaml", "-p", f"month={month}")

    def test_a_run_follows_that_of_another_pipeline_and_has_its_day(self):
        self.serve()
        body = {"params": {"month": 3}, "logical_date": "2026-01-01T00:00:00Z"}
        self.post("/api/v1/pipelines/load/runs", body)
        run = self.until_run("report/1")
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(run["params"], {"month": 3, "after": "load/1 succeeded"})
        self.assertEqual(run["logical_date"], "2026-01-01T00:00:00.000Z")
        self.assertEqual(run["trigger"], "loaded")
        (firing,) = self.firings()
        self.assertEqual(firing["cause"], {"run": "load/1", "state": "succeeded"})
        self.assertEqual(firing["run"], "report/1")

    def test_a_run_of_another_program_is_heard_too(self):
        self.serve()
        self.assertEqual(self.load(2)[0], 0)
        self.assertEqual(self.until_run("report/1")["params"]["after"], "load/1 succeeded")

    def test_what_is_not_wanted_leaves_no_trace_and_what_cannot_be_says_why(self):
        self.serve()
        self.load(7)
        self.load(13)
        self.load(8)
        self.until_run("report/1")
        begun, refused = self.firings()
        self.assertEqual((begun["outcome"], begun["cause"]["run"]), ("begun", "load/3"))
        self.assertEqual((refused["outcome"], refused["cause"]["state"]), ("refused", "failed"))
        self.assertIn("month: 13 is over the maximum 9", refused["reason"])

    def test_what_ended_while_nobody_was_there_is_heard_later_and_once(self):
        up = self.serve()
        self.load(1)
        self.until_run("report/1")
        up.send_signal(signal.SIGKILL)
        up.wait()
        for month in (2, 3):
            self.load(month)
        self.serve()
        self.until_run("report/3")
        self.assertEqual(
            [firing["cause"]["run"] for firing in self.firings()], ["load/3", "load/2", "load/1"]
        )

    def test_a_trigger_that_is_added_hears_what_ends_from_then_on(self):
        self.serve()
        self.load(1)
        self.until_run("report/1")
        self.put("other", REPORT.replace("name: report", "name: other"))
        while self.get("/api/v1/pipelines/other").status == 404:
            time.sleep(0.01)
        self.load(2)
        self.assertEqual(self.until_run("other/1")["params"]["after"], "load/2 succeeded")

    def test_pipelines_that_wait_for_each_other_begin_nothing(self):
        self.put("load", LOAD + "triggers: {back: {pipeline: report}}\n")
        self.put("report", REPORT.replace("    if: event.run.params.month != 7\n", ""))
        self.serve()
        self.assertIn("wait for each other in a circle", self.talk)
        self.load(1)
        self.put("load", LOAD)
        self.load(2)
        # What nobody waited for is not caught up with.
        while True:
            self.load(3)
            if self.firings():
                break
        self.assertNotIn("load/1", [firing["cause"]["run"] for firing in self.firings()])


class FileTest(Events):
    LOAD_FILE = """name: take
params: {path: {type: string, pattern: "^incoming/[a-z]+"}}
triggers:
  came:
    file: incoming/*.csv
    stable: 200ms
    if: event.file.bytes > 0
    params: {path: "${{ event.file.path }}"}
steps: {take: {run: "wc -l ${{ params.path }}"}}
"""

    def setUp(self):
        super().setUp()
        self.put("take", self.LOAD_FILE)

    def arrive(self, name, text):
        (self.folder / "incoming" / name).write_text(text)

    def paths(self):
        return [firing["cause"]["file"] for firing in self.firings()]

    def test_a_file_that_comes_begins_a_run_and_one_that_was_there_does_not(self):
        (self.folder / "incoming").mkdir()
        self.arrive("old.csv", "1\n")
        os.utime(self.folder / "incoming/old.csv", (1, 1))
        self.serve()
        self.arrive("new.csv", "1\n2\n")
        run = self.until_run("take/1")
        self.assertEqual(run["params"], {"path": "incoming/new.csv"})
        self.assertEqual(run["state"], "succeeded")
        (firing,) = self.firings()
        self.assertEqual(firing["cause"], {"file": "incoming/new.csv", "bytes": 4})
        self.arrive("new.csv", "1\n2\n3\n")
        self.assertEqual(self.until_run("take/2")["params"], {"path": "incoming/new.csv"})

    def test_a_folder_may_come_later_and_what_is_empty_or_hidden_is_not_taken(self):
        self.serve()
        (self.folder / "incoming").mkdir()
        self.arrive(".part.csv", "1\n")
        self.arrive("empty.csv", "")
        self.arrive("other.txt", "1\n")
        self.arrive("whole.csv", "1\n")
        self.until_run("take/1")
        self.assertEqual(self.paths(), ["incoming/whole.csv"])

    def test_a_file_is_taken_when_it_is_whole(self):
        (self.folder / "incoming").mkdir()
        self.serve()
        with open(self.folder / "incoming/slow.csv", "w") as file:
            for _ in range(12):
                file.write("a line\n")
                file.flush()
                time.sleep(0.05)
        run = self.until_run("take/1")
        log = self.get(f"/api/v1/runs/{run['id']}/tasks/take/log").body.decode()
        self.assertEqual(log.split()[0], "12")
        self.assertEqual(len(self.firings()), 1)

    def test_what_came_while_nobody_was_there_begins_its_runs_later(self):
        (self.folder / "incoming").mkdir()
        up = self.serve()
        self.arrive("a.csv", "1\n")
        self.until_run("take/1")
        up.send_signal(signal.SIGKILL)
        up.wait()
        for name in ("b.csv", "c.csv", "7.csv"):
            self.arrive(name, "1\n")
        self.serve()
        self.until_run("take/3")
        self.assertEqual(
            sorted(self.paths()), ["incoming/7.csv", "incoming/a.csv", "incoming/b.csv", "incoming/c.csv"]
        )
        (refused,) = [firing for firing in self.firings() if firing["outcome"] == "refused"]
        self.assertEqual(refused["cause"]["file"], "incoming/7.csv")


class CallTest(Events):
    def setUp(self):
        super().setUp()
        self.put("train", TRAIN)
        self.environment = {**os.environ, "GEARTRAIN_SECRET_KEY": "word"}

    def serve(self):
        return super().serve(env=self.environment)

    def github(self, body, kind="push", secret=b"word", delivery="1"):
        text = json.dumps(body)
        mac = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        return self.post(
            "/api/v1/hooks/train/pushed",
            text,
            X_Hub_Signature_256=f"sha256={mac}",
            X_GitHub_Event=kind,
            X_GitHub_Delivery=delivery,
        )

    def told(self, body, seconds=None, secret=b"word"):
        text = body if isinstance(body, str) else json.dumps(body)
        seconds = int(time.time()) if seconds is None else seconds
        mac = hmac.new(secret, f"{seconds}.{text}".encode(), hashlib.sha256).hexdigest()
        return self.post("/api/v1/hooks/train/told", text, Geartrain_Signature=f"t={seconds},v1={mac}")

    def test_a_push_begins_a_run_with_what_it_tells(self):
        self.serve()
        push = {"ref": "refs/heads/main", "after": "0e422c2"}
        answer = self.github(push)
        self.assertEqual(answer.status, 202)
        self.assertEqual(answer.json(), {"outcome": "begun", "reason": None, "run": "train/1"})
        self.assertEqual(self.ended("train/1")["params"], {"commit": "0e422c2"})
        again = self.github(push, delivery="2")
        self.assertEqual((again.status, again.json()["outcome"]), (200, "known"))
        other = self.github({**push, "ref": "refs/heads/other"})
        self.assertEqual((other.status, other.json()["outcome"]), (200, "ignored"))
        self.assertEqual(self.github({"zen": "…"}, kind="ping").json()["outcome"], "ignored")
        self.assertEqual(self.github(push, secret=b"other").status, 401)
        (firing,) = self.firings()
        self.assertEqual((firing["cause"]["kind"], firing["cause"]["delivery"]), ("push", "1"))

    def test_a_call_of_another_time_or_of_somebody_else_begins_nothing(self):
        self.serve()
        now = int(time.time())
        for seconds, secret in [(now - 400, b"word"), (now + 400, b"word"), (now, b"wrod")]:
            answer = self.told({"commit": "a"}, seconds, secret)
            self.assertEqual(answer.status, 401)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(self.post("/api/v1/hooks/train/told", "{}").status, 401)
        self.assertEqual(self.firings(), [])

    def test_the_same_call_many_times_at_once_begins_one_run(self):
        self.serve()
        now = int(time.time())
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.told({"commit": "a"}, now), range(16)))
        outcomes = sorted(answer.json()["outcome"] for answer in answers)
        self.assertEqual(outcomes, ["begun"] + ["known"] * 15)

    def test_what_a_body_cannot_be_is_said(self):
        self.serve()
        self.assertEqual(self.told("{").status, 400)
        refused = self.told({"commit": "x" * 41})
        self.assertEqual((refused.status, refused.json()["outcome"]), (200, "refused"))
        self.assertIn("commit", refused.json()["reason"])
        self.assertEqual(self.told({"nothing": 1}).json()["outcome"], "refused")
        self.assertEqual(self.get("/api/v1/runs").json()["runs"], [])

    def test_addresses_that_are_none_and_secrets_that_nobody_has_are_said(self):
        self.serve()
        self.assertEqual(self.post("/api/v1/hooks/train/nothing").status, 404)
        self.assertEqual(self.post("/api/v1/hooks/nothing/told").status, 404)
        missing = self.post("/api/v1/hooks/train/missing", "{}", X_Gitlab_Token="x")
        self.assertEqual(missing.status, 503)
        self.assertIn("NOBODY_HAS_IT", missing.json()["detail"])

    def test_a_page_of_another_origin_cannot_call(self):
        self.serve()
        answer = self.post("/api/v1/hooks/train/told", "{}", Origin="https://example.com")
        self.assertEqual(answer.status, 403)


if __name__ == "__main__":
    unittest.main()
