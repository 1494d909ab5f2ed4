"""MLflow's own client, and what else speaks its protocol, against `geartrain up`."""

import math
import os
import socket
import subprocess
import threading
import unittest
from pathlib import Path

from api_client import ApiCase
from python_packages import environment_of

TESTS = Path(__file__).resolve().parent
REQUIREMENTS = TESTS / "mlflow_requirements.txt"
API = "/api/2.0/mlflow/"
FILES = "/api/2.0/mlflow-artifacts/artifacts"
MINUTES_MAX = 5


class TrackingCase(ApiCase):
    def setUp(self):
        super().setUp()
        self.up = self.serve()

    def call(self, path, body=None, **fields):
        """The status and the body of an answer to a POST."""
        answer = self.post(API + path, {} if body is None else body, Content_Type="application/json", **fields)
        return answer.status, answer.json()

    def refused(self, path, body, status=400, code="INVALID_PARAMETER_VALUE"):
        got, said = self.call(path, body)
        self.assertEqual((got, said["error_code"]), (status, code), said)
        return said["message"]

    def made(self, **named):
        status, said = self.call("runs/create", {"experiment_id": "0", **named})
        self.assertEqual(status, 200, said)
        return said["run"]

    def got(self, run):
        return self.get(f"{API}runs/get?run_id={run}").json()["run"]


class ClientTest(TrackingCase):
    def test_the_client_works_unchanged(self):
        python = environment_of(REQUIREMENTS) / "bin/python"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")},
            "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{self.port}",
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
            "GIT_PYTHON_REFRESH": "quiet",
        }
        done = subprocess.run(
            [python, TESTS / "mlflow_client.py"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60 * MINUTES_MAX,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-20000:])

    def test_a_token_of_the_client_says_what_it_may(self):
        tokens = {}
        for scope in ["read", "run"]:
            tokens[scope] = self.post("/api/v1/tokens", {"name": scope, "scope": scope}).json()["token"]

        def create(token):
            # As behind a proxy, where the token counts.
            fields = {"X_Forwarded_For": "192.0.2.1"}
            if token:
                fields["Authorization"] = f"Bearer {token}"
            return self.call("runs/create", {"experiment_id": "0"}, **fields)

        status, said = create(None)
        self.assertEqual((status, said["error_code"]), (401, "UNAUTHENTICATED"))
        status, said = create("gt_nothing")
        self.assertEqual((status, said["error_code"]), (401, "UNAUTHENTICATED"))
        status, said = create(tokens["read"])
        self.assertEqual((status, said["error_code"]), (403, "PERMISSION_DENIED"))
        self.assertEqual(create(tokens["run"])[0], 200)
        status, _ = self.call("runs/search", {"experiment_ids": ["0"]}, Authorization=f"Bearer {tokens['read']}")
        self.assertEqual(status, 200)


class WireTest(TrackingCase):
    def test_both_fronts_and_both_spellings_are_one(self):
        for front in ["/api", "/ajax-api"]:
            answer = self.get(f"{front}/2.0/mlflow/experiments/get?experimentId=0")
            self.assertEqual(answer.json()["experiment"]["name"], "Default")
            self.assertEqual(answer.headers["Content-Type"], "application/json")
        said = self.get(f"{API}experiments/get?experimentId=0&experiment_id=0")
        self.assertEqual((said.status, said.json()["error_code"]), (400, "INVALID_PARAMETER_VALUE"))

    def test_probes_are_answered(self):
        self.assertEqual(self.get("/version").body, b"3.3.0")
        self.assertEqual(self.get("/health").status, 200)

    def test_numbers_are_numbers_and_may_be_texts_on_their_way_in(self):
        run = self.made(start_time="1700000000000", tags=[{"key": "a", "value": "1"}])
        self.assertEqual(run["info"]["start_time"], 1700000000000)
        self.assertEqual((run["inputs"], run["outputs"]), ({}, {}))
        self.assertEqual(run["info"]["run_id"], run["info"]["run_uuid"])
        id = run["info"]["run_id"]
        body = {"run_uuid": id, "key": "m", "value": "2.5", "timestamp": "7", "step": "3"}
        self.assertEqual(self.call("runs/log-metric", body), (200, {}))
        metric = self.got(id)["data"]["metrics"][0]
        self.assertEqual(metric, {"key": "m", "value": 2.5, "timestamp": 7, "step": 3})
        self.call("runs/log-metric", {**body, "value": "NaN", "step": 4})
        self.assertEqual(self.got(id)["data"]["metrics"][0]["value"], "NaN")
        self.call("runs/log-metric", {**body, "value": "-Infinity", "step": 5})
        self.assertEqual(self.got(id)["data"]["metrics"][0]["value"], "-Infinity")

    def test_what_is_unknown_has_an_answer_of_its_own(self):
        for path in [API + "nothing", "/api/3.0/mlflow/traces", "/ajax-api/x", "/api/2.0/"]:
            answer = self.get(path)
            self.assertEqual((answer.status, answer.json()["error_code"]), (404, "ENDPOINT_NOT_FOUND"))
        self.assertEqual(self.get("/api/2.0/mlflow/runs/create").status, 404)

    def test_parts_and_presigned_addresses_are_not_offered(self):
        answer = self.post("/api/2.0/mlflow-artifacts/mpu/create/a", {}, Content_Type="application/json")
        self.assertEqual((answer.status, answer.json()["error_code"]), (501, "NOT_IMPLEMENTED"))

    def test_pages_of_other_sites_get_nothing(self):
        self.assertEqual(self.call("experiments/create", {"name": "x"}, Origin="https://evil.example")[0], 403)
        self.assertEqual(self.get(f"{API}experiments/get?experiment_id=0", Host="evil.example").status, 403)


class WrongTest(TrackingCase):
    def test_a_mistake_of_the_caller_is_never_ours(self):
        run = self.made()["info"]["run_id"]
        point = {"run_id": run, "key": "m", "value": 1, "timestamp": 1}
        wrong = [
            ("experiments/create", {}),
            ("experiments/create", {"name": 5}),
            ("experiments/create", {"name": "x" * 501}),
            ("experiments/create", {"name": "x", "artifact_location": "s3://a/../b"}),
            ("experiments/create", {"name": "x", "artifact_location": "s3://a?b"}),
            ("experiments/create", {"name": "x", "tags": {"key": "a"}}),
            ("experiments/create", {"name": "x", "tags": [7]}),
            ("experiments/update", {"experiment_id": "0"}),
            ("experiments/delete", {"experiment_id": "zero"}),
            ("experiments/delete", {"experiment_id": "-1"}),
            ("experiments/search", {"max_results": 0}),
            ("experiments/search", {"max_results": 50001}),
            ("experiments/search", {"max_results": "many"}),
            ("experiments/search", {"view_type": "SOME"}),
            ("experiments/search", {"page_token": "rubbish"}),
            ("experiments/search", {"order_by": ["metrics.a"]}),
            ("runs/create", {}),
            ("runs/create", {"experiment_id": "0", "start_time": "noon"}),
            ("runs/create", {"experiment_id": "0", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}),
            ("runs/update", {"run_id": run, "status": "DONE"}),
            ("runs/update", {"run_id": run, "end_time": 1.5}),
            ("runs/search", {"experiment_ids": ["a"]}),
            ("runs/search", {"experiment_ids": 7}),
            ("runs/search", {"experiment_ids": ["0"], "order_by": ["metrics.a SIDEWAYS"]}),
            ("runs/search", {"experiment_ids": ["0"], "filter": "metrics.a ~ 1"}),
            ("runs/log-metric", {**point, "key": ""}),
            ("runs/log-metric", {**point, "value": "big"}),
            ("runs/log-metric", {**point, "value": None}),
            ("runs/log-metric", {**point, "value": "inf"}),
            ("runs/log-metric", {**point, "timestamp": None}),
            ("runs/log-metric", {**point, "step": 10**30}),
            ("runs/log-metric", {**point, "step": "1e3"}),
            ("runs/log-batch", {"run_id": run, "metrics": [{"key": "m", "value": "x", "timestamp": 1}]}),
            ("runs/log-batch", {"run_id": run, "metrics": [{**point} for _ in range(1001)]}),
            ("runs/log-batch", {"run_id": run, "params": [{"key": str(n), "value": ""} for n in range(101)]}),
            ("runs/log-batch", {"run_id": run, "params": [{"key": "a", "value": v} for v in "12"]}),
            ("runs/log-inputs", {"run_id": run, "datasets": [{}]}),
            ("runs/log-inputs", {"run_id": run, "datasets": [{"dataset": {"name": "a", "digest": "d" * 37,
                                                                         "source_type": "s", "source": "s"}}]}),
            ("runs/set-tag", {"run_id": run, "key": "../a", "value": ""}),
            ("runs/set-tag", {"key": "a", "value": ""}),
        ]  # fmt: skip
        for path, body in wrong:
            with self.subTest(path=path, body=str(body)[:100]):
                self.refused(path, body)
        self.assertEqual(self.got(run)["data"].get("metrics", []), [])

    def test_bodies_that_are_none_are_refused(self):
        for body in ["", "{", "[]", "7", '{"a": NaN}', '{"name": "\\ud800"}', "{" * 100, '{"name": "a", "name": "b"}']:
            answer = self.post(API + "experiments/create", body, Content_Type="application/json")
            self.assertEqual((answer.status, answer.json()["error_code"]), (400, "INVALID_PARAMETER_VALUE"), body)
        answer = self.post(API + "experiments/create", '{"name": "x"}', Content_Type="text/plain")
        self.assertEqual((answer.status, answer.json()["error_code"]), (400, "INVALID_PARAMETER_VALUE"))

    def test_what_is_wrong_is_told_with_its_place(self):
        run = self.made()["info"]["run_id"]
        metrics = [{"key": "a", "value": 1, "timestamp": 1}, {"key": "b", "value": [], "timestamp": 1}]
        self.assertIn("'metrics[1].value'", self.refused("runs/log-batch", {"run_id": run, "metrics": metrics}))

    def test_a_body_that_is_too_large_is_refused_before_it_comes(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(
                b"POST /api/2.0/mlflow/runs/log-batch HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n" % self.port
            )
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 413 "))

    def test_long_values_are_cut_and_large_batches_taken(self):
        run = self.made()["info"]["run_id"]
        params = [{"key": f"p{n}", "value": "ü" * 6001} for n in range(100)]
        self.assertEqual(self.call("runs/log-batch", {"run_id": run, "params": params})[0], 200)
        self.assertEqual(self.got(run)["data"]["params"][0]["value"], "ü" * 6000)


class HistoryTest(TrackingCase):
    def setUp(self):
        super().setUp()
        self.run_id = self.made()["info"]["run_id"]
        metrics = [{"key": "m", "value": step, "timestamp": step, "step": step} for step in range(1000)]
        self.assertEqual(self.call("runs/log-batch", {"run_id": self.run_id, "metrics": metrics})[0], 200)

    def test_pages_of_a_history(self):
        address = f"{API}metrics/get-history?run_id={self.run_id}&metric_key=m"
        first = self.get(address + "&max_results=600").json()
        rest = self.get(address + f"&max_results=600&page_token={first['next_page_token']}").json()
        self.assertEqual([one["step"] for one in first["metrics"] + rest["metrics"]], list(range(1000)))
        self.assertNotIn("next_page_token", rest)
        self.assertEqual(len(self.get(address).json()["metrics"]), 1000)
        other = self.get(f"{API}metrics/get-history?run_id={self.run_id}&metric_key=x"
                         f"&page_token={first['next_page_token']}")  # fmt: skip
        self.assertEqual(other.status, 400)

    def test_histories_are_thinned_out_for_a_page(self):
        address = f"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={self.run_id}&metric_key=m"
        steps = [one["step"] for one in self.get(address + "&max_results=100").json()["metrics"]]
        self.assertEqual((steps[0], steps[-1]), (0, 999))
        self.assertLessEqual(len(steps), 102)
        part = self.get(address + "&start_step=10&end_step=12").json()["metrics"]
        self.assertEqual([(one["step"], one["run_id"]) for one in part], [(step, self.run_id) for step in [10, 11, 12]])
        self.assertEqual(self.get(address + "&start_step=10").status, 400)
        whole = self.get(f"/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id={self.run_id}&metric_key=m").json()
        self.assertEqual(len(whole["metrics"]), 1000)


class FileTest(TrackingCase):
    def put(self, path, body=b"x", **fields):
        return self.ask("PUT", f"{FILES}/{path}", body, **fields)

    def test_paths_that_climb_are_refused_however_they_are_written(self):
        paths = ["../a", "a/../../b", "%2e%2e/a", "a/%2e%2e/b", "%252e%252e/a", "a/%252e%252e%252fb", "%2fetc/passwd", "/etc/passwd",
                 "a//b", "a/./b", "a%5c..%5cb", "a%255cb", "..%2f..%2fgeartrain.db", "%00", "a%2500b", "x" * 3000]  # fmt: skip
        for path in paths:
            with self.subTest(path=path):
                for method in ["PUT", "GET", "DELETE"]:
                    answer = self.ask(method, f"{FILES}/{path}", b"x" if method == "PUT" else None)
                    self.assertIn(answer.status, (400, 404), answer.body)
        for path in ["..", "a/../b", "%252e%252e", "/etc"]:
            self.assertEqual(self.get(f"{FILES}?path={path}").status, 400)

    def test_names_that_look_odd_are_names(self):
        for written, name in [("a%23b", "a#b"), ("a%3Fb", "a?b"), ("a;b", "a;b"), ("100%25", "100%"), ("%C3%BC", "ü")]:
            self.assertEqual(self.put(f"0/{written}", b"y").status, 200)
            self.assertEqual(self.get(f"{FILES}/0/{written}").body, b"y")
            names = [one["path"] for one in self.get(f"{FILES}?path=0").json()["files"]]
            self.assertIn(name, names)
            self.assertEqual(self.ask("DELETE", f"{FILES}/0/{written}").status, 200)

    def test_parts_of_a_file_can_be_asked_for(self):
        self.put("0/a", b"0123456789")
        part = self.get(f"{FILES}/0/a", Range="bytes=2-4")
        self.assertEqual((part.status, part.body, part.headers["Content-Range"]), (206, b"234", "bytes 2-4/10"))
        self.assertEqual(self.get(f"{FILES}/0/a", Range="bytes=20-").status, 416)
        head = self.ask("HEAD", f"{FILES}/0/a")
        self.assertEqual((head.status, head.headers["Content-Length"], head.body), (200, "10", b""))

    def test_a_file_and_a_folder_do_not_share_a_name(self):
        self.put("0/a", b"1")
        self.put("0/b/c", b"1")
        self.assertEqual(self.put("0/a/x").status, 400)
        self.assertEqual(self.put("0/b").status, 400)
        self.assertEqual(self.put("0/a", b"2").status, 200)
        self.assertEqual(self.get(f"{FILES}/0/a").body, b"2")

    def test_an_upload_that_is_cut_leaves_nothing(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(
                b"PUT %s/0/cut HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 1000000\r\n\r\n" % (FILES.encode(), self.port)
                + b"x" * 400_000
            )
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
        self.assertEqual(self.get(f"{FILES}/0/cut").status, 404)
        self.put("0/whole")
        incoming = self.folder / ".geartrain/incoming"
        self.assertEqual(list(incoming.glob("*.upload")), [])

    def test_an_upload_without_its_length_is_taken_as_it_comes(self):
        connection = self.connection()
        connection.request("PUT", f"{FILES}/0/chunked", body=iter([b"a" * 100_000] * 20), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual(len(self.get(f"{FILES}/0/chunked").body), 2_000_000)

    def test_a_stranger_cannot_fill_the_disk(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(
                b"PUT %s/0/a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Forwarded-For: 192.0.2.1\r\n"
                b"Content-Length: 1000000000\r\n\r\n" % (FILES.encode(), self.port)
            )
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 401 "))

    def test_what_runs_need_outlives_a_collection(self):
        self.put("0/kept", b"keep me")
        self.assertEqual(self.run_to_end("gc")[0], 0)
        self.assertEqual(self.get(f"{FILES}/0/kept").body, b"keep me")

    def test_large_files_take_little_memory(self):
        self.up.kill()
        # With sanitizers, what is freed is kept for a while.
        self.up = self.serve(env=dict(os.environ, NO_COLOR="1", ASAN_OPTIONS="quarantine_size_mb=1"))
        size = 100 << 20
        up = self.memory_of_server()
        connection = self.connection()
        connection.putrequest("PUT", f"{FILES}/0/large")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        block = bytes(1 << 20)
        for _ in range(100):
            connection.send(block)
        self.assertEqual(connection.getresponse().status, 200)
        connection = self.connection()
        connection.request("GET", f"{FILES}/0/large")
        response, read = connection.getresponse(), 0
        while piece := response.read(1 << 20):
            read += len(piece)
        self.assertEqual(read, size)
        self.assertLess(self.memory_of_server() - up, 50 << 10)

    def memory_of_server(self):
        """The most that it has had so far, in KiB."""
        status = Path(f"/proc/{self.up.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])


class ManyTest(TrackingCase):
    def test_writers_of_a_run_and_its_deletion_do_not_disturb_each_other(self):
        run = self.made()["info"]["run_id"]
        answers = []

        def log(writer):
            for step in range(40):
                body = {"run_id": run, "key": "m", "value": writer, "timestamp": 1, "step": step}
                answers.append(self.call("runs/log-metric", body)[0])

        writers = [threading.Thread(target=log, args=[number]) for number in range(4)]
        for writer in writers:
            writer.start()
        self.call("runs/delete", {"run_id": run})
        for writer in writers:
            writer.join()
        self.assertLessEqual(set(answers), {200, 400})
        history = self.get(f"{API}metrics/get-history?run_id={run}&metric_key=m").json().get("metrics", [])
        self.assertEqual(len(history), answers.count(200))

    def test_what_was_answered_is_there_after_the_server_is_killed(self):
        run = self.made()["info"]["run_id"]
        for step in range(20):
            body = {"run_id": run, "key": "m", "value": step, "timestamp": 1, "step": step}
            self.assertEqual(self.call("runs/log-metric", body)[0], 200)
        self.up.kill()
        self.up.wait()
        self.up = self.serve()
        history = self.get(f"{API}metrics/get-history?run_id={run}&metric_key=m").json()["metrics"]
        self.assertEqual([one["step"] for one in history], list(range(20)))
        self.assertTrue(math.isclose(self.got(run)["data"]["metrics"][0]["value"], 19))


if __name__ == "__main__":
    unittest.main()
