"""The API of `geartrain up`: runs are begun, watched and changed by HTTP."""

import concurrent.futures
import json
import os
import signal
import socket
import unittest

from api_client import ApiCase
from command_line import SECONDS_MAX

HELLO = """name: hello
description: says it
params:
  who: {type: string, default: world, maxLength: 8}
triggers: {nightly: {schedule: "0 3 * * *", timezone: Europe/Berlin}}
steps:
  greet:
    run: echo "hello ${{ params.who }}"
    outputs: {word: {type: string}}
    env: {WORD: "${{ params.who }}"}
  after: {run: "true", needs: [greet]}
"""
GREETS = HELLO.replace('"hello ${{ params.who }}"', '"hello ${{ params.who }}"; echo "word=\\"hi\\"" >> $GEARTRAIN_VALUES')
BLOCKED = """name: slow
steps:
  wait:
    run: |
      echo begun > "$PROJECT/begun"
      read word < "$PROJECT/go"
      echo $word; test $word = word
    env: {PROJECT: FOLDER}
"""


APPROVED = """name: deploy
steps:
  release:
    approve: {message: Go on?, fields: {replicas: {type: integer, minimum: 1}}}
  go: {run: 'echo ${{ steps.release.outputs.replicas }}'}
"""


class ApprovalTest(ApiCase):
    def setUp(self):
        super().setUp()
        self.pipeline(APPROVED)

    def waiting_run(self):
        """The path of a run that waits for a person."""
        run = self.post("/api/v1/pipelines/deploy/runs").json()["id"]
        events = self.events(f"/api/v1/runs/{run}/events")
        path = f"/api/v1/runs/{run}"
        tasks = self.get(path).json()["tasks"]
        if not tasks or tasks[0]["state"] != "deferred":
            events.until(lambda name, data: data.get("state") == "deferred")
        events.close()
        return path

    def test_a_person_says_yes_and_fills_in_the_fields(self):
        self.serve()
        path = self.waiting_run()
        self.assertEqual(self.get(path).json()["tasks"][0]["message"], "waits for approval: Go on?")
        body = {"task": "release", "fields": {"replicas": 3}, "comment": "good"}
        self.assertEqual(self.post(path + "/approve", body).status, 202)
        run = self.ended(path.rsplit("/", 1)[1])
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(run["tasks"][0]["outputs"], {"replicas": 3})
        approval = run["tasks"][0]["approval"]
        self.assertEqual((approval["decision"], approval["comment"]), ("approve", "good"))
        self.assertEqual(self.post(path + "/approve", body).status, 409)

    def test_a_person_says_no(self):
        self.serve()
        path = self.waiting_run()
        body = {"task": "release", "decision": "reject"}
        self.assertEqual(self.post(path + "/approve", body).status, 202)
        run = self.ended(path.rsplit("/", 1)[1])
        self.assertEqual(run["state"], "failed")
        self.assertEqual(run["tasks"][0]["cause"], "rejected")

    def test_what_does_not_fit_is_refused_and_changes_nothing(self):
        self.serve()
        path = self.waiting_run()
        for body, status in [
            ({}, 400),
            ({"task": "release", "decision": "maybe"}, 400),
            ({"task": "release", "fields": [3]}, 400),
            ({"task": "release", "fields": {"replicas": 0}}, 409),
            ({"task": "release"}, 409),
            ({"task": "go"}, 409),
            ({"task": "none"}, 409),
        ]:
            with self.subTest(body=body):
                self.assertEqual(self.post(path + "/approve", body).status, status)
        self.assertEqual(self.get(path).json()["tasks"][0]["state"], "deferred")


class RunsTest(ApiCase):
    def setUp(self):
        super().setUp()
        self.pipeline(GREETS)

    def test_a_run_is_begun_and_is_the_one_that_show_prints(self):
        self.serve()
        answer = self.post("/api/v1/pipelines/hello/runs", {"params": {"who": "me"}})
        self.assertEqual(answer.status, 201)
        run = answer.json()
        self.assertEqual(answer.headers["Location"], "/api/v1/runs/" + run["id"])
        self.assertEqual(self.ended(run["id"])["state"], "succeeded")
        shown = self.get("/api/v1/runs/hello/1").json()
        code, out, talk = self.run_to_end("show", "hello/1", "--json")
        self.assertEqual(code, 0, talk)
        self.assertEqual(shown, json.loads(out))
        self.assertEqual(shown["params"], {"who": "me"})
        self.assertEqual(shown["tasks"][0]["outputs"], {"word": "hi"})

    def test_a_logical_date_is_given_with_its_offset(self):
        self.serve()
        path = "/api/v1/pipelines/hello/runs"
        run = self.post(path, {"logical_date": "2026-01-01T01:00:00+01:00"}).json()
        self.assertEqual(run["logical_date"], "2026-01-01T00:00:00.000Z")
        answer = self.post(path, {"logical_date": "2026-01-01"})
        self.assertEqual(answer.status, 400)
        self.assertIn("offset", answer.json()["detail"])

    def test_wrong_parameters_begin_nothing_and_say_why(self):
        self.serve()
        path = "/api/v1/pipelines/hello/runs"
        for body, words in [
            ({"params": {"who": "somebody long"}}, "who"),
            ({"params": {"whom": "x"}}, "whom"),
            ({"params": []}, "params"),
            ({"parms": {}}, "did you mean params?"),
            ({"only": ["nothing"]}, "nothing"),
            ([], "object"),
            ("{", "body"),
            (b"{\"params\": {\"who\": \"\xff\"}}", "body"),
        ]:
            with self.subTest(body=body):
                answer = self.post(path, body)
                self.assertEqual(answer.status, 400)
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
                problem = answer.json()
                self.assertIn(words, problem["detail"] + problem.get("hint", ""))
        self.assertEqual(self.post("/api/v1/pipelines/none/runs").status, 404)
        self.assertEqual(self.get("/api/v1/runs").json(), {"runs": [], "next_cursor": None})

    def test_asking_again_under_the_same_key_begins_no_other_run(self):
        self.serve()
        path = "/api/v1/pipelines/hello/runs"

        def ask(_):
            return self.post(path, {"params": {"who": "me"}}, Idempotency_Key="k")

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(16)))
        self.assertEqual({answer.status for answer in answers}, {201})
        self.assertEqual(len({answer.json()["id"] for answer in answers}), 1)
        replayed = [answer.headers["Idempotency-Replayed"] for answer in answers]
        self.assertEqual(sorted(map(str, replayed)), ["None"] + ["true"] * 15)
        self.assertEqual(self.post(path, {"params": {}}, Idempotency_Key="k").status, 409)
        self.assertEqual(self.post(path, {}, Idempotency_Key="x" * 256).status, 400)
        self.assertEqual(len(self.get("/api/v1/runs").json()["runs"]), 1)

    def test_of_runs_that_are_asked_for_at_once_each_gets_its_own_answer(self):
        (self.folder / "pipelines").mkdir()
        (self.folder / "pipelines/other.yaml").write_text(HELLO.replace("name: hello", "name: other"))
        self.serve()
        self.post("/api/v1/pipelines/hello/runs", {"params": {"who": "first"}}, Idempotency_Key="k")
        asked = [
            ("hello", {"params": {"who": "a"}}, None, 201),
            ("other", {"params": {"who": "b"}}, None, 201),
            ("none", {}, None, 404),
            ("hello", {"params": {"who": "much too long"}}, None, 400),
            ("hello", {"params": {"who": "other"}}, "k", 409),
            ("hello", {"params": {"who": "first"}}, "k", 201),
            ("other", {"only": ["nothing"]}, None, 400),
        ] * 4

        def ask(one):
            name, body, key, _ = one
            headers = {"Idempotency_Key": key} if key else {}
            return self.post(f"/api/v1/pipelines/{name}/runs", body, **headers)

        with concurrent.futures.ThreadPoolExecutor(len(asked)) as pool:
            answers = list(pool.map(ask, asked))
        self.assertEqual([answer.status for answer in answers], [status for *_, status in asked])
        for (name, body, key, status), answer in zip(asked, answers):
            if status == 201:
                run = answer.json()
                self.assertEqual((run["pipeline"], run["params"]), (name, body["params"]))
        begun = self.get("/api/v1/runs").json()["runs"]
        self.assertEqual(len(begun), 1 + 8)
        for run in begun:
            self.ended(run["id"])

    def test_a_list_has_pages_that_new_runs_do_not_move(self):
        self.serve()
        path = "/api/v1/pipelines/hello/runs"
        for _ in range(5):
            self.ended(self.post(path).json()["id"])
        first = self.get("/api/v1/runs?limit=2").json()
        self.post(path)
        names = [run["name"] for run in first["runs"]]
        cursor = first["next_cursor"]
        while cursor:
            page = self.get(f"/api/v1/runs?limit=2&cursor={cursor}").json()
            names += [run["name"] for run in page["runs"]]
            cursor = page["next_cursor"]
        self.assertEqual(names, ["hello/5", "hello/4", "hello/3", "hello/2", "hello/1"])
        for query in ["cursor=1", "cursor=" + "0" * 32, "limit=0", "limit=x", "state=done", "sort=up",
                      "limit=1&limit=2"]:
            with self.subTest(query):
                self.assertEqual(self.get("/api/v1/runs?" + query).status, 400)
        self.assertEqual(self.get("/api/v1/runs?pipeline=other").json()["runs"], [])
        self.assertEqual(len(self.get("/api/v1/runs?state=succeeded&limit=3").json()["runs"]), 3)

    def test_an_etag_tells_whether_a_run_has_changed(self):
        self.serve()
        run = self.ended(self.post("/api/v1/pipelines/hello/runs").json()["id"])
        path = "/api/v1/runs/" + run["id"]
        tag = self.get(path).headers["ETag"]
        same = self.get(path, If_None_Match=f'"x", {tag}')
        self.assertEqual((same.status, same.body), (304, b""))
        body = {"tasks": ["after"]}
        self.assertEqual(self.post(path + "/clear", body, If_Match='"x"').status, 412)
        self.assertEqual(self.post(path + "/clear", body, If_Match=tag).status, 202)
        self.ended(run["id"])
        self.assertEqual(self.post(path + "/clear", body, If_Match=tag).status, 412)
        self.assertEqual(self.get(path, If_None_Match=tag).status, 200)

    def test_pipelines_tell_what_their_runs_take_and_when_they_begin(self):
        self.serve()
        hello = self.get("/api/v1/pipelines/hello").json()
        self.assertEqual(self.get("/api/v1/pipelines").json(), {"pipelines": [hello]})
        self.assertEqual(hello["params"][0]["name"], "who")
        self.assertEqual(hello["params"][0]["default"], "world")
        self.assertEqual(hello["steps"], ["greet", "after"])
        self.assertEqual(hello["triggers"][0]["schedule"], "0 3 * * *")
        self.assertRegex(hello["triggers"][0]["next_at"], r"T0[12]:00:00\.000Z$")
        self.assertEqual(self.get("/api/v1/pipelines/none").status, 404)


class ChangesTest(ApiCase):
    def setUp(self):
        super().setUp()
        self.pipeline(BLOCKED.replace("FOLDER", str(self.folder)))

    def begin(self):
        run = self.post("/api/v1/pipelines/slow/runs").json()["id"]
        self.wait_for_step()
        return run

    def test_a_run_is_cancelled(self):
        self.serve()
        run = self.begin()
        self.assertEqual(self.post(f"/api/v1/runs/{run}/cancel", {"mode": "maybe"}).status, 400)
        self.assertEqual(self.post(f"/api/v1/runs/{run}/cancel", {"mode": "kill"}).status, 202)
        self.assertEqual(self.ended(run)["state"], "cancelled")
        self.assertEqual(self.post(f"/api/v1/runs/{run}/cancel").status, 409)

    def test_what_failed_is_tried_again(self):
        self.serve()
        run = self.begin()
        self.assertEqual(self.post(f"/api/v1/runs/{run}/retry").status, 409)
        self.let_go("wrong")
        self.assertEqual(self.ended(run)["state"], "failed")
        self.assertEqual(self.post(f"/api/v1/runs/{run}/retry").status, 202)
        self.wait_for_step()
        self.let_go()
        self.assertEqual(self.ended(run)["state"], "succeeded")
        self.assertEqual(self.post(f"/api/v1/runs/{run}/retry").status, 409)
        log = f"/api/v1/runs/{run}/tasks/wait/log"
        self.assertEqual(self.get(log).body, b"word\n")
        self.assertEqual(self.get(log + "?attempt=1").body, b"wrong\n")
        self.assertEqual(self.get(log + "?attempt=3").status, 404)

    def test_a_run_that_another_program_drives_is_cancelled_too(self):
        self.serve()
        other = self.start("run")
        self.wait_for_step()
        self.assertEqual(self.post("/api/v1/runs/slow/1/cancel").status, 202)
        other.communicate(timeout=SECONDS_MAX)
        self.assertEqual(other.returncode, 130)

    def test_a_run_that_nobody_drives_is_ended_by_the_server(self):
        other = self.start("run")
        self.wait_for_step()
        other.kill()
        other.communicate()
        self.serve()
        self.assertFalse(self.get("/api/v1/runs/slow/1").json()["driven"])
        self.assertEqual(self.post("/api/v1/runs/slow/1/cancel").status, 202)
        self.assertEqual(self.ended("slow/1")["state"], "cancelled")

    def test_the_next_server_goes_on_with_a_run_of_one_that_was_killed(self):
        up = self.serve()
        run = self.begin()
        up.kill()
        up.wait()
        self.serve()
        self.assertIn("going on with slow/1", self.talk)
        self.let_go()
        self.assertEqual(self.ended(run)["state"], "succeeded")

    def test_a_server_that_ends_answers_what_is_in_hand(self):
        up = self.serve()
        events = self.events()
        up.send_signal(signal.SIGINT)
        self.assertEqual(up.wait(SECONDS_MAX), 0)
        self.assertIsNone(events.next() and events.next())


class EventsTest(ApiCase):
    def test_events_come_in_their_order_and_go_on_where_they_were_cut_off(self):
        self.pipeline(GREETS)
        self.serve()
        events = self.events()
        self.assertEqual(events.next()[1:], ("open", {}))
        run = self.post("/api/v1/pipelines/hello/runs").json()
        seen = events.until(lambda name, data: name == "run" and data["ended_at"])
        states = [data["state"] for _, name, data in seen if name == "run"]
        self.assertEqual(states, ["queued", "running", "succeeded"])
        ended = [data["path"] for _, name, data in seen if name == "task" and data["ended_at"]]
        self.assertEqual(ended, ["greet", "after"])
        events.close()
        for place in range(len(seen) - 1):
            again = self.events(Last_Event_ID=seen[place][0])
            self.assertEqual([again.next() for _ in seen[place + 1 :]], seen[place + 1 :])
            again.close()
        one = self.events(f"/api/v1/runs/{run['id']}/events?last_event_id={seen[0][0]}")
        self.assertEqual(one.next(), seen[1])

    def test_a_place_that_is_not_known_any_more_is_said(self):
        self.pipeline(GREETS)
        self.serve()
        for place in ["x-1", "", "-", "99999999-3"]:
            self.assertEqual(self.events(Last_Event_ID=place).next()[1:], ("reset", {}))

    def test_many_idle_listeners_disturb_nobody(self):
        self.pipeline(GREETS)
        self.serve()
        listeners = [self.events() for _ in range(300)]
        self.assertEqual({one.status for one in listeners}, {200})
        run = self.post("/api/v1/pipelines/hello/runs").json()["id"]
        self.assertEqual(self.ended(run)["state"], "succeeded")
        for one in listeners:
            one.until(lambda name, data: name == "run" and data["ended_at"])
        metrics = self.get("/metrics").body.decode()
        self.assertRegex(metrics, r"\ngeartrain_event_listeners 30\d\n")


class LogsTest(ApiCase):
    def test_a_log_is_read_by_ranges(self):
        self.pipeline("name: p\nsteps: {a: {run: 'printf 0123456789'}, b: {run: 'false', if: 'false'}}\n")
        self.serve()
        self.ended(self.post("/api/v1/pipelines/p/runs").json()["id"])
        path = "/api/v1/runs/p/1/tasks/a/log"
        for field, status, body, place in [
            (None, 200, b"0123456789", None),
            ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
            ("bytes=7-", 206, b"789", "bytes 7-9/10"),
            ("bytes=-3", 206, b"789", "bytes 7-9/10"),
            ("bytes=8-100", 206, b"89", "bytes 8-9/10"),
            ("bytes=10-", 416, None, "bytes */10"),
            ("bytes=-0", 416, None, "bytes */10"),
            ("bytes=4-2", 200, b"0123456789", None),
            ("bytes=1-2,4-5", 200, b"0123456789", None),
            ("lines=1-2", 200, b"0123456789", None),
        ]:
            with self.subTest(field):
                answer = self.get(path, **({"Range": field} if field else {}))
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["Content-Range"], place)
                if body is not None:
                    self.assertEqual(answer.body, body)
        self.assertEqual(self.get("/api/v1/runs/p/1/tasks/b/log").body, b"")
        self.assertEqual(self.get("/api/v1/runs/p/1/tasks/c/log").status, 404)


class AccessTest(ApiCase):
    def setUp(self):
        super().setUp()
        self.pipeline(GREETS)

    def token(self, *arguments):
        code, out, talk = self.run_to_end("token", "create", *arguments)
        self.assertEqual(code, 0, talk)
        return "Bearer " + out.strip()

    # As a proxy on this machine does it: the connection is of our own user, and says nothing of who asks.
    proxied = {"X_Forwarded_For": "192.0.2.1"}

    def test_the_first_start_makes_a_token_and_says_it_once(self):
        up = self.serve()
        token = self.talk.split("shown this once: ")[1].split()[0]
        answer = self.get("/api/v1/tokens", Authorization="Bearer " + token, **self.proxied)
        self.assertEqual([one["name"] for one in answer.json()["tokens"]], ["first"])
        self.assertNotIn(token.encode(), answer.body)
        up.send_signal(signal.SIGINT)
        up.wait(SECONDS_MAX)
        self.serve()
        self.assertNotIn("shown this once", self.talk)

    def test_a_token_may_what_its_scope_says(self):
        self.serve()
        begin = ("POST", "/api/v1/pipelines/hello/runs")
        make = ("POST", "/api/v1/tokens")
        expected = {"read": (200, 403, 403), "run": (200, 201, 403), "admin": (200, 201, 400)}
        for scope, statuses in expected.items():
            fields = {"Authorization": self.token("t", "--scope", scope), **self.proxied}
            found = [
                self.ask(*what, **fields).status for what in [("GET", "/api/v1/runs"), begin, make]
            ]
            self.assertEqual(tuple(found), statuses, scope)

    def test_without_a_token_only_our_own_user_is_let_in(self):
        self.serve()
        self.assertEqual(self.get("/api/v1/runs").status, 200)
        for fields in [
            {},
            {"Authorization": "Bearer gt_0"},
            {"Authorization": "Basic dXNlcjpwYXNz"},
            {"Authorization": "Bearer"},
            {"Authorization": ""},
        ]:
            answer = self.get("/api/v1/runs", **fields, **self.proxied)
            self.assertEqual(answer.status, 401, fields)
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        # A wrong token is not made good by who shows it.
        self.assertEqual(self.get("/api/v1/runs", Authorization="Bearer gt_0").status, 401)
        self.assertEqual(self.get("/health", **self.proxied).status, 200)

    @unittest.skipUnless(os.geteuid() == 0, "only root can ask as another user")
    def test_another_user_of_the_machine_stays_out(self):
        self.serve()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            with socket.create_connection(("127.0.0.1", self.port), SECONDS_MAX) as client:
                client.sendall(b"GET /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % self.port)
                os.write(writing, client.recv(64))
            os._exit(0)
        os.close(writing)
        with open(reading, "rb") as pipe:
            self.assertTrue(pipe.read().startswith(b"HTTP/1.1 401 "))
        os.waitpid(child, 0)

    def test_a_revoked_token_and_one_whose_time_is_up_open_nothing(self):
        self.serve()
        made = self.post("/api/v1/tokens", {"name": "brief", "scope": "read", "expires_in": "1us"})
        self.assertEqual(made.status, 201)
        bearer = "Bearer " + made.json()["token"]
        self.assertEqual(self.get("/api/v1/runs", Authorization=bearer).status, 401)
        made = self.post("/api/v1/tokens", {"name": "long"}).json()
        bearer = "Bearer " + made["token"]
        self.assertEqual(self.get("/api/v1/runs", Authorization=bearer).status, 200)
        self.assertEqual(self.ask("DELETE", "/api/v1/tokens/" + made["id"]).status, 204)
        self.assertEqual(self.get("/api/v1/runs", Authorization=bearer).status, 401)
        self.assertEqual(self.ask("DELETE", "/api/v1/tokens/" + made["id"]).status, 404)
        for body in [{}, {"name": ""}, {"name": "x", "scope": "root"}, {"name": "x", "expires_in": "0s"}]:
            self.assertEqual(self.post("/api/v1/tokens", body).status, 400)

    def test_pages_of_other_origins_stay_out(self):
        self.serve()
        own = f"127.0.0.1:{self.port}"
        begin = "/api/v1/pipelines/hello/runs"
        self.assertEqual(self.get("/api/v1/runs", Host="evil.example").status, 403)
        self.assertEqual(self.get("/health", Host="evil.example").status, 403)
        self.assertEqual(self.post(begin, Origin="https://evil.example").status, 403)
        self.assertEqual(self.post(begin, Origin="null").status, 403)
        self.assertEqual(self.post(begin, Sec_Fetch_Site="cross-site").status, 403)
        self.assertEqual(self.post(begin, Origin="http://" + own, Host=own).status, 201)

    def test_an_address_that_others_reach_is_refused_with_a_way_out(self):
        code, _, talk = self.run_to_end("up", "--listen", "0.0.0.0:0")
        self.assertNotEqual(code, 0)
        self.assertIn("can be reached from other machines", talk)
        self.assertIn("TLS", talk)

    def test_a_port_that_is_taken_is_said(self):
        self.serve()
        code, _, talk = self.run_to_end("up", "--listen", str(self.port))
        self.assertNotEqual(code, 0)
        self.assertIn("--listen 127.0.0.1:0", talk)


class HostileTest(ApiCase):
    def setUp(self):
        super().setUp()
        self.pipeline(GREETS)

    def test_what_is_not_there_and_what_is_not_taken_is_said(self):
        self.serve()
        self.assertEqual(self.get("/api/v1/nothing").status, 404)
        self.assertEqual(self.get("/api/v1/runs/hello/1").status, 404)
        self.assertEqual(self.get("/api/v1/runs/%2e%2e/x").status, 400)
        answer = self.ask("DELETE", "/api/v1/runs")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD"))
        head = self.ask("HEAD", "/health")
        self.assertEqual((head.status, head.body), (200, b""))

    def test_a_body_that_is_too_large_is_refused_before_it_is_read(self):
        self.serve()
        with socket.create_connection(("127.0.0.1", self.port), SECONDS_MAX) as client:
            client.sendall(
                b"POST /api/v1/pipelines/hello/runs HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                b"Content-Length: 100000000\r\n\r\n" % self.port
            )
            self.assertIn(b" 413 ", client.recv(4096))
        self.assertEqual(self.get("/api/v1/runs").json()["runs"], [])

    def test_slow_clients_keep_nobody_waiting(self):
        self.serve()
        slow = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(200)]
        for client in slow:
            client.sendall(b"POST /api/v1/pipelines/hello/runs HTTP/1.1\r\nHo")
        run = self.post("/api/v1/pipelines/hello/runs").json()["id"]
        self.assertEqual(self.ended(run)["state"], "succeeded")
        for client in slow:
            client.close()


if __name__ == "__main__":
    unittest.main()
