"""Backfills and paused pipelines by the API of `geartrain up`."""

import json
import time
import unittest

from api_client import ApiCase
from command_line import SECONDS_MAX

DAILY = """name: report
triggers: {daily: {schedule: "0 6 * * *"}}
steps: {say: {run: "true"}}
"""
MARCH = ("--from", "2025-03-01", "--to", "2025-03-04")


class BackfillApiTest(ApiCase):
    def setUp(self):
        super().setUp()
        self.pipeline(DAILY)
        self.serve()

    def make(self, *arguments):
        code, _, talk = self.run_to_end("backfill", "report", *MARCH, *arguments)
        self.assertEqual(code, 0, talk)

    def until(self, state):
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            backfill = self.get("/api/v1/backfills/latest").json()
            if backfill["state"] == state:
                return backfill
            self.assertLess(time.monotonic(), deadline, backfill)

    def test_one_that_is_left_to_the_server_is_seen_to_its_end(self):
        self.make("--detach")
        backfill = self.until("succeeded")
        _, out, _ = self.run_to_end("backfill", "show", "1", "--json")
        self.assertEqual(backfill, json.loads(out))
        listed = self.get("/api/v1/backfills?pipeline=report").json()["backfills"]
        self.assertEqual([one["name"] for one in listed], ["backfill/1"])
        self.assertNotIn("firings", listed[0])
        run = self.get("/api/v1/runs/report/1").json()
        self.assertEqual(run["backfill"], "backfill/1")

    def test_one_that_has_ended_is_not_changed_any_more(self):
        self.make()
        for change in ["pause", "resume", "cancel"]:
            answer = self.post(f"/api/v1/backfills/1/{change}")
            self.assertEqual(answer.status, 409, answer.body)
        self.assertEqual(self.get("/api/v1/backfills/2").status, 404)
        self.assertEqual(self.post("/api/v1/backfills/x/pause").status, 404)
        self.assertEqual(self.get("/api/v1/backfills?limit=0").status, 400)

    def test_one_is_made_and_driven_by_the_server(self):
        path = "/api/v1/pipelines/report/backfills"
        march = {"from": "2025-03-01", "to": "3d", "reverse": True, "max_active": 1}
        made = self.post(path, march)
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(made.headers["Location"], "/api/v1/backfills/1")
        self.assertEqual(made.json()["counts"]["waiting"], 3)
        backfill = self.until("succeeded")
        self.assertEqual(
            [(one["at"][:10], one["run"]) for one in backfill["firings"]],
            [("2025-03-03", "report/1"), ("2025-03-02", "report/2"), ("2025-03-01", "report/3")],
        )
        wrong = [
            {},
            {"from": "yesterday"},
            {"from": "2025-03-01", "rerun": "some"},
            {"from": "2025-03-01", "max_active": 0},
            {"from": "2025-03-01", "params": {"month": 3}},
            {"from": "2025-03-01T07:00", "to": "1h"},
        ]
        for body in wrong:
            answer = self.post(path, body)
            self.assertEqual(answer.status, 400, (body, answer.body))
        unknown = self.post(path, {"from": "2025-03-01", "trigger": "weekly"})
        self.assertEqual(unknown.status, 404, unknown.body)
        self.assertEqual(self.post("/api/v1/pipelines/x/backfills", march).status, 404)

    def test_a_run_is_paused_and_resumed(self):
        step = "read word < go"
        self.pipeline(DAILY.replace('"true"', f'"cd {self.folder} && echo begun > begun && {step}"'))
        run = self.post("/api/v1/pipelines/report/runs").json()["name"]
        self.wait_for_step()
        path = f"/api/v1/runs/{run}"
        self.assertEqual(self.post(f"{path}/resume").status, 409)
        self.assertEqual(self.post(f"{path}/pause").status, 202)
        self.assertEqual(self.get(path).json()["state"], "paused")
        self.assertEqual(self.post(f"{path}/resume").status, 202)
        self.let_go()
        self.assertEqual(self.ended(run)["state"], "succeeded")
        self.assertEqual(self.post(f"{path}/pause").status, 409)

    def test_a_pipeline_is_paused_and_resumed(self):
        path = "/api/v1/pipelines/report"
        self.assertIsNone(self.get(path).json()["paused_at"])
        paused = self.post(f"{path}/pause").json()
        self.assertIsNotNone(paused["paused_at"])
        self.assertEqual(self.get(path).json()["paused_at"], paused["paused_at"])
        _, out, _ = self.run_to_end("pause", "--json")
        self.assertEqual([one["pipeline"] for one in json.loads(out)], ["report"])
        self.assertIsNone(self.post(f"{path}/resume").json()["paused_at"])
        self.assertEqual(self.post("/api/v1/pipelines/other/pause").status, 404)


if __name__ == "__main__":
    unittest.main()
