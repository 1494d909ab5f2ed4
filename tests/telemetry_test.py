"""What `geartrain up` tells other systems of runs: OpenLineage events, and traces by OTLP."""

import http.server
import json
import os
import queue
import re
import subprocess
import threading
import unittest
from pathlib import Path

from api_client import ApiCase
from command_line import SECONDS_MAX
from python_packages import environment_of

TESTS = Path(__file__).resolve().parent

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
PIPELINE = """name: flow
steps:
  make:
    run: echo data > "$GEARTRAIN_OUTPUTS/rows"
    outputs: {rows: {path: rows, type: dataset}}
  use:
    run: cat ${{ inputs.rows }} > "$GEARTRAIN_OUTPUTS/model"
    inputs: {rows: "${{ steps.make.outputs.rows }}"}
    outputs: {model: {path: model, type: model}}
  left_out: {run: "true", if: "false"}
  fail: {run: "echo no; exit 3", needs: use}
"""


class Receiver:
    """Takes what is posted, and answers with `status`."""

    def __init__(self, test):
        self.posted = queue.Queue()
        self.status = 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.posted.put((self.path, body, self.headers))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def next(self):
        return self.posted.get(timeout=SECONDS_MAX)


def without_versions(shape):
    """Without the versions of schemas, of which the client has its own, and what is empty."""
    if isinstance(shape, list):
        return [without_versions(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    kept = {key: without_versions(value) for key, value in shape.items() if key not in ("schemaURL", "_schemaURL")}
    return {key: value for key, value in kept.items() if value not in (None, [], {})}


class TelemetryCase(ApiCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver(self)
        self.pipeline(PIPELINE)

    def serve_with(self, **variables):
        return self.serve(env=dict(os.environ, NO_COLOR="1", **variables))

    def run_once(self):
        run = self.post("/api/v1/pipelines/flow/runs").json()
        return self.ended(run["id"])


class LineageTest(TelemetryCase):
    def told(self):
        """Up to the end of the run."""
        seen = []
        while True:
            path, event, _ = self.receiver.next()
            self.assertEqual(path, "/api/v1/lineage")
            seen.append(event)
            if event["job"]["name"] == "flow" and event["eventType"] != "START":
                return seen

    def test_a_run_its_tasks_and_their_data_are_told(self):
        self.serve_with(OPENLINEAGE_URL=self.receiver.url, OPENLINEAGE_API_KEY="key")
        run = self.run_once()
        events = self.told()
        kinds = [(event["job"]["name"], event["eventType"]) for event in events]
        self.assertEqual(
            kinds,
            [
                ("flow", "START"),
                ("flow.make", "START"),
                ("flow.make", "COMPLETE"),
                ("flow.use", "START"),
                ("flow.use", "COMPLETE"),
                ("flow.fail", "START"),
                ("flow.fail", "FAIL"),
                ("flow", "FAIL"),
            ],
        )
        run_id = events[0]["run"]["runId"]
        self.assertEqual(run_id.replace("-", ""), run["id"])
        used = events[4]
        self.assertEqual([one["name"] for one in used["inputs"]], ["flow/make.rows"])
        self.assertEqual([one["name"] for one in used["outputs"]], ["flow/use.model"])
        self.assertEqual(used["inputs"], events[2]["outputs"])
        self.assertEqual(used["run"]["facets"]["parent"]["run"]["runId"], run_id)
        failed = events[6]["run"]["facets"]["errorMessage"]
        self.assertIn("3", failed["message"])

    def test_events_have_the_members_that_the_spec_requires(self):
        self.serve_with(OPENLINEAGE_URL=self.receiver.url)
        self.run_once()
        for event in self.told():
            self.assertRegex(event["run"]["runId"], UUID)
            self.assertRegex(event["eventTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
            self.assertTrue(event["producer"].startswith("https://"))
            self.assertIn("RunEvent", event["schemaURL"])
            self.assertEqual(set(event["job"]) - {"facets"}, {"namespace", "name"})
            facets = [*event["run"]["facets"].values(), *event["job"]["facets"].values()]
            for data in event["inputs"] + event["outputs"]:
                facets += data["facets"].values()
            for facet in facets:
                self.assertTrue(facet["_producer"] and facet["_schemaURL"])

    def test_the_client_of_openlineage_reads_every_event_and_would_send_the_same(self):
        python = environment_of(TESTS / "openlineage_requirements.txt") / "bin/python"
        self.serve_with(OPENLINEAGE_URL=self.receiver.url)
        self.run_once()
        told = self.told()
        read = subprocess.run(
            [python, TESTS / "openlineage_reader.py"], input=json.dumps(told), capture_output=True, text=True
        )
        self.assertEqual(read.returncode, 0, read.stderr)
        self.assertEqual([without_versions(one) for one in json.loads(read.stdout)], [without_versions(one) for one in told])

    def test_the_key_is_shown_and_who_refuses_an_event_gets_the_next_one(self):
        self.receiver.status = 422
        self.serve_with(OPENLINEAGE_URL=self.receiver.url, OPENLINEAGE_API_KEY="key")
        self.run_once()
        _, _, headers = self.receiver.next()
        self.assertEqual(headers["Authorization"], "Bearer key")
        self.told()

    def test_what_could_not_be_told_is_told_by_the_next_server(self):
        self.receiver.status = 503
        up = self.serve_with(OPENLINEAGE_URL=self.receiver.url)
        self.run_once()
        self.receiver.next()
        up.terminate()
        up.wait(timeout=SECONDS_MAX)
        self.receiver.status = 200
        self.receiver.posted = queue.Queue()
        self.serve_with(OPENLINEAGE_URL=self.receiver.url)
        self.assertEqual(self.told()[-1]["eventType"], "FAIL")


class TraceTest(TelemetryCase):
    def test_a_run_that_has_ended_is_a_trace_with_a_span_for_each_task(self):
        self.serve_with(
            OTEL_EXPORTER_OTLP_ENDPOINT=self.receiver.url, OTEL_EXPORTER_OTLP_HEADERS="x-team=ml"
        )
        run = self.run_once()
        path, body, headers = self.receiver.next()
        self.assertEqual((path, headers["x-team"]), ("/v1/traces", "ml"))
        (resource,) = body["resourceSpans"]
        (scope,) = resource["scopeSpans"]
        root, *tasks = scope["spans"]
        self.assertEqual((root["name"], root["traceId"]), ("flow", run["id"]))
        self.assertEqual(root["status"]["code"], 2)
        self.assertEqual({span["name"] for span in tasks}, {"make", "use", "left_out", "fail"})
        for span in tasks:
            self.assertEqual(span["parentSpanId"], root["spanId"])
            self.assertEqual(len(span["spanId"]), 16)
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
        failed = next(span for span in tasks if span["name"] == "fail")
        self.assertEqual(failed["status"]["code"], 2)

    def test_a_receiver_that_hangs_holds_up_no_run(self):
        blocked = threading.Event()
        self.addCleanup(blocked.set)
        self.receiver.posted.put = lambda _: blocked.wait()
        self.serve_with(OTEL_EXPORTER_OTLP_ENDPOINT=self.receiver.url)
        for _ in range(3):
            self.assertEqual(self.run_once()["state"], "failed")


if __name__ == "__main__":
    unittest.main()
