"""Steps that wait for something outside: files, answers of servers, databases, other runs."""

import http.server
import json
import os
import signal
import socket
import sqlite3
import threading
import unittest

from api_client import ApiCase
from command_line import SECONDS_MAX, Case

SECRET = "hunter2-and-more"


class Answers(http.server.BaseHTTPRequestHandler):
    """Gives one answer after the other, and the last one again and again."""

    def do_GET(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with server.lock:
            server.asked.append((self.command, self.path, dict(self.headers), body))
            status, text = server.answers[0]
            if len(server.answers) > 1:
                server.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


class WaitCase(Case):
    def serve_answers(self, *answers):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        server.daemon_threads = True
        server.lock = threading.Lock()
        server.answers, server.asked = list(answers), []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, f"http://127.0.0.1:{server.server_address[1]}"

    def ends(self, process, code=0):
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, code, talk)
        return talk

    def outputs(self, path):
        return next(task["outputs"] for task in self.shown()["tasks"] if task["path"] == path)

    def task(self, path):
        return next(task for task in self.shown()["tasks"] if task["path"] == path)


class FileTest(WaitCase):
    def test_a_file_that_comes_is_found_at_once_though_the_next_look_is_far_away(self):
        self.pipeline(
            "name: one\nsteps:\n"
            "  arrives: {wait: {file: 'in/*.csv', stable: 50ms, every: 10h}}\n"
            "  load: {run: 'cat ${{ steps.arrives.outputs.path }}'}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, "arrives: waits for file in/*.csv")
        (self.folder / "in").mkdir()
        (self.folder / "in/other.txt").write_text("x")
        (self.folder / "in/.hidden.csv").write_text("x")
        (self.folder / "in/.hidden.csv").rename(self.folder / "in/a.csv")
        self.ends(run)
        self.assertEqual(self.outputs("arrives"), {"path": "in/a.csv", "paths": ["in/a.csv"]})

    def test_a_file_that_grows_has_not_come(self):
        self.pipeline(
            "name: one\nsteps:\n"
            "  arrives: {wait: {file: '${{ params.path }}', stable: 400ms}}\n"
            f"params: {{path: {{type: string, default: {self.folder}/big.csv}}}}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, "arrives: waits for file")
        with open(self.folder / "big.csv", "w") as file:
            for line in range(3):
                file.write(f"{line}\n")
                file.flush()
                if line == 0:
                    self.wait_for_talk(run, "big.csv has not come to rest, since")
                self.assertEqual(self.states(), {"arrives": "deferred"})
        self.ends(run)
        self.assertEqual(self.outputs("arrives")["path"], f"{self.folder}/big.csv")

    def test_a_file_that_was_there_long_before_needs_no_time(self):
        (self.folder / "old.csv").write_text("x")
        os.utime(self.folder / "old.csv", (0, 0))
        self.pipeline("name: one\nsteps:\n  a: {wait: {file: old.csv, stable: 10h}}\n")
        self.assertEqual(self.run_to_end("run")[0], 0)

    def test_folders_that_come_one_by_one_are_followed(self):
        self.pipeline(
            "name: one\nsteps:\n  a: {wait: {file: 'x/y/**/z.txt', stable: 10ms, every: 10h}}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for file")
        for folder in ["x", "x/y", "x/y/1", "x/y/1/2"]:
            (self.folder / folder).mkdir()
        (self.folder / "x/y/1/2/z.txt").write_text("z")
        self.ends(run)
        self.assertEqual(self.outputs("a")["path"], "x/y/1/2/z.txt")

    def test_each_policy_of_a_timeout(self):
        self.pipeline(
            "name: one\nsteps:\n"
            "  fails: {wait: {file: none}, timeout: 50ms}\n"
            "  skips: {wait: {file: none}, timeout: 50ms, on_timeout: skip}\n"
            "  behind: {needs: [skips], run: echo}\n"
            "  succeeds: {wait: {file: none}, timeout: 50ms, on_timeout: succeed}\n"
            "  after: {run: 'echo ${{ default(steps.succeeds.outputs.path, \"nothing\") }}'}\n"
        )
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 1, talk)
        self.assertEqual(
            self.states(),
            {
                "fails": "failed",
                "skips": "skipped",
                "behind": "skipped",
                "succeeds": "succeeded",
                "after": "succeeded",
            },
        )
        self.assertEqual(self.task("fails")["cause"], "timeout")
        self.assertIn("it did not come within 50ms", self.run_to_end("why", "latest", "skips")[1])
        self.assertIn("nothing", self.run_to_end("logs", "latest", "after")[1])


class DriverTest(WaitCase):
    PIPELINE = (
        "name: one\nsteps:\n"
        "  a: {wait: {file: a.csv, stable: 10ms, every: 10h}, timeout: 10h}\n"
        "  b: {needs: [a], run: echo}\n"
    )

    def test_a_wait_goes_on_when_its_engine_was_killed(self):
        self.pipeline(self.PIPELINE)
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for file a.csv")
        before = self.task("a")["next_at"]
        run.kill()
        run.wait()
        self.assertFalse(self.shown()["driven"])
        attached = self.start("attach", "latest")
        while not self.shown()["driven"]:
            pass
        self.assertEqual(self.task("a")["next_at"], before)
        (self.folder / "a.csv").write_text("a")
        self.ends(attached)
        self.assertEqual(self.states(), {"a": "succeeded", "b": "succeeded"})

    def test_what_came_while_nobody_was_there_is_found_by_the_next(self):
        self.pipeline(self.PIPELINE)
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for file a.csv")
        run.kill()
        run.wait()
        (self.folder / "a.csv").write_text("a")
        self.assertEqual(self.run_to_end("attach", "latest")[0], 0)

    def test_a_wait_is_cancelled_from_the_keyboard(self):
        self.pipeline(self.PIPELINE)
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for file a.csv")
        run.send_signal(signal.SIGINT)
        self.ends(run, 130)
        self.assertEqual(self.states(), {"a": "cancelled", "b": "cancelled"})

    def test_an_engine_that_is_asked_to_end_does_not_wait_for_a_call(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            self.pipeline(f"name: one\nsteps:\n  a: {{wait: {{http: '{url}'}}}}\n")
            run = self.start("run")
            self.wait_for_talk(run, "a: waits for http")
            with silent.accept()[0]:
                run.send_signal(signal.SIGINT)
                run.communicate(timeout=10)
            self.assertEqual(run.returncode, 130)


class HttpTest(WaitCase):
    def test_an_answer_is_waited_for_and_its_secret_told_to_nobody_else(self):
        server, url = self.serve_answers(
            (503, "later"), (200, '{"state": "running"}'), (200, '{"state": "done", "id": 7}')
        )
        self.pipeline(
            "name: one\nsecrets: [KEY]\nsteps:\n"
            "  job:\n"
            "    wait:\n"
            f"      http: '{url}/jobs?x=1'\n"
            "      method: POST\n"
            "      headers: {Authorization: 'Bearer ${{ secrets.KEY }}'}\n"
            "      body: 'key=${{ secrets.KEY }}'\n"
            "      status: 200\n"
            "      when: response.json.state == 'done'\n"
            "      every: 1s\n"
            "  use: {run: 'echo job ${{ steps.job.outputs.json.id }}'}\n"
        )
        env = dict(os.environ, NO_COLOR="1", GEARTRAIN_SECRET_KEY=SECRET)
        run = self.start("run", env=env)
        talk = self.wait_for_talk(run, "status 503, since")
        self.assertIn("status 503, since", self.run_to_end("show", "latest")[1])
        self.assertIn("status 503, since", self.task("job")["message"])
        talk += self.ends(run)
        self.assertIn("status 200, when is false", talk)
        method, path, headers, body = server.asked[0]
        self.assertEqual((method, path, body), ("POST", "/jobs?x=1", f"key={SECRET}"))
        self.assertEqual(headers["Authorization"], f"Bearer {SECRET}")
        self.assertEqual(len(server.asked), 3)
        self.assertIn("job 7", self.run_to_end("logs", "latest", "use")[1])
        self.assertNotIn(SECRET, talk + json.dumps(self.shown()))
        for path in (self.folder / ".geartrain").rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def test_a_server_that_hangs_is_in_nobodys_way(self):
        _, url = self.serve_answers((204, ""))
        with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
            hung = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            self.pipeline(
                "name: one\nsteps:\n"
                f"  hang: {{matrix: {{n: '${{{{ range(50) }}}}'}}, wait: {{http: '{hung}'}}}}\n"
                f"  fine: {{matrix: {{n: '${{{{ range(50) }}}}'}}, wait: {{http: '{url}/'}}}}\n"
                "  database: {wait: {sql: SELECT 1, database: a.db}}\n"
            )
            sqlite3.connect(self.folder / "a.db").execute("CREATE TABLE t (n)").connection.close()
            run = self.start("run")
            while True:
                states = self.states() if self.has_run() else {}
                ended = [path for path, state in states.items() if state == "succeeded"]
                if len(ended) == 51:
                    break
            self.assertEqual(sum(state == "deferred" for state in states.values()), 50)
            run.kill()

    def has_run(self):
        return self.run_to_end("show", "latest")[0] == 0

    def test_who_cannot_be_reached_is_asked_again(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        self.pipeline(
            "name: one\nsteps:\n"
            f"  a: {{wait: {{http: 'http://127.0.0.1:{port}/', every: 1s}}}}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, f"http://127.0.0.1:{port}: ")
        server = http.server.HTTPServer(("127.0.0.1", port), Answers)
        server.lock, server.answers, server.asked = threading.Lock(), [(200, "")], []
        threading.Thread(target=server.handle_request, daemon=True).start()
        self.ends(run)
        server.server_close()
        self.assertEqual(self.outputs("a"), {"status": 200, "json": None})

    def test_a_larger_answer_than_may_be_is_no_answer(self):
        _, url = self.serve_answers((200, "x" * (2 << 20)), (200, "x"))
        self.pipeline(f"name: one\nsteps:\n  a: {{wait: {{http: '{url}/', every: 1s}}}}\n")
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 0, talk)
        self.assertIn("the answer has more than 1048576 bytes", talk)


class SqlTest(WaitCase):
    def test_a_row_is_waited_for(self):
        database = self.folder / "data.db"
        self.pipeline(
            "name: one\nparams: {day: {type: string, default: monday}}\nsteps:\n"
            "  loaded:\n"
            "    wait:\n"
            "      sql: SELECT count(*) AS n, max(day) AS day FROM loads WHERE day = ${{ params.day }}\n"
            "      database: data.db\n"
            "      when: row.n >= 2\n"
            "      every: 1s\n"
            "  use: {run: 'echo ${{ steps.loaded.outputs.row.day }}'}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, "there is no ")
        with sqlite3.connect(database) as writer:
            writer.execute("CREATE TABLE other (n)")
        self.wait_for_talk(run, "no such table: loads")
        with sqlite3.connect(database) as writer:
            writer.execute("CREATE TABLE loads (day TEXT)")
            writer.execute("INSERT INTO loads VALUES ('monday')")
        self.wait_for_talk(run, "when is false")
        with sqlite3.connect(database) as writer:
            writer.execute("INSERT INTO loads VALUES ('monday')")
        self.ends(run)
        self.assertEqual(self.outputs("loaded"), {"row": {"n": 2, "day": "monday"}})
        self.assertIn("monday", self.run_to_end("logs", "latest", "use")[1])

    def test_a_query_that_would_change_something_fails_and_changes_nothing(self):
        with sqlite3.connect(self.folder / "a.db") as writer:
            writer.execute("CREATE TABLE t (n)")
            writer.execute("INSERT INTO t VALUES (1)")
        self.pipeline("name: one\nsteps:\n  a: {wait: {sql: DELETE FROM t, database: a.db}}\n")
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 1)
        self.assertIn("sql: the query would change the database", talk)
        with sqlite3.connect(self.folder / "a.db") as reader:
            self.assertEqual(reader.execute("SELECT count(*) FROM t").fetchone(), (1,))


OTHER = """name: other
params: {code: {type: integer, default: 0}}
steps: {work: {run: "exit ${{ params.code }}"}}
"""


class RunTest(WaitCase):
    def setUp(self):
        super().setUp()
        (self.folder / "other.yaml").write_text(OTHER)

    def shown(self):
        return json.loads(self.run_to_end("show", "one/1", "--json")[1])

    def other(self, code):
        return self.run_to_end("run", "-f", "other.yaml", "-p", f"code={code}")[0]

    def test_the_next_run_of_another_pipeline_that_succeeds_is_waited_for(self):
        self.other(0)
        self.pipeline(
            "name: one\nsteps:\n  a: {wait: {run: other}}\n"
            "  b: {run: 'echo after ${{ steps.a.outputs.name }}'}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for a run of other that ends after ")
        self.assertEqual(self.other(1), 1)
        self.assertEqual(self.other(0), 0)
        self.ends(run)
        self.assertEqual(self.outputs("a")["name"], "other/3")

    def test_a_failed_run_fails_the_wait_that_says_so(self):
        self.pipeline("name: one\nsteps:\n  a: {wait: {run: other, on_failure: fail}}\n")
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for a run of other")
        self.other(1)
        self.assertIn("other/1 is failed", self.ends(run, 1))
        self.assertEqual(self.task("a")["cause"], "upstream")

    def test_a_run_that_ended_before_counts_from_the_given_time_on(self):
        self.other(0)
        self.pipeline(
            "name: one\nsteps:\n  a: {wait: {run: other, since: '2020-01-01T00:00Z'}}\n"
        )
        self.assertEqual(self.run_to_end("run")[0], 0)
        self.assertEqual(self.outputs("a")["name"], "other/1")


class AssetTest(WaitCase):
    def test_a_version_that_comes_is_an_input_of_what_follows(self):
        (self.folder / "other.yaml").write_text(
            "name: other\nsteps:\n  a:\n    run: echo new >${{ outputs.table }}\n"
            "    outputs: {table: {path: table.txt, asset: flights}}\n"
        )
        self.pipeline(
            "name: one\nsteps:\n  a: {wait: {asset: flights}}\n"
            "  b: {run: 'cat ${{ inputs.table }}', inputs: {table: '${{ steps.a.outputs.content }}'}}\n"
        )
        run = self.start("run")
        self.wait_for_talk(run, "a: waits for a version of flights that comes after ")
        self.assertEqual(self.run_to_end("run", "-f", "other.yaml")[0], 0)
        self.ends(run)
        self.assertEqual(self.run_to_end("logs", "one/1", "b")[1].splitlines()[-1].split()[-1], "new")
        self.assertEqual(self.run_to_end("show", "one/1")[0], 0)


class ServerTest(ApiCase):
    def test_runs_of_one_day_wait_for_each_other_on_a_server(self):
        (self.folder / "pipelines").mkdir()
        (self.folder / "pipelines/other.yaml").write_text(OTHER)
        (self.folder / "pipelines/one.yaml").write_text(
            "name: one\nsteps:\n  a: {wait: {run: other}}\n  b: {needs: [a], run: echo}\n"
        )
        self.serve()
        day = {"logical_date": "2026-03-01T00:00:00Z"}
        self.post("/api/v1/pipelines/one/runs", day)
        self.post("/api/v1/pipelines/other/runs", {"logical_date": "2026-03-02T00:00:00Z"})
        self.ended("other/1")
        waiting = {"state": None}
        while waiting["state"] != "deferred":
            waiting = self.get("/api/v1/runs/one/1").json()["tasks"][0]
        self.assertEqual(
            waiting["message"], "waits for a run of other for 2026-03-01T00:00:00.000Z"
        )
        self.post("/api/v1/pipelines/other/runs", day)
        run = self.ended("one/1")
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(run["tasks"][0]["outputs"]["name"], "other/2")


if __name__ == "__main__":
    unittest.main()
