"""Receivers are told of runs: webhooks and chats, once and not less often, whatever happens between."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import time
import unittest

from api_client import ApiCase
from command_line import SECONDS_MAX
from push_test import PushCase
from receivers import HookReceiver, MailReceiver
from shifted_clock import ClockCase

PIPELINE = """name: flow
params: {code: {type: integer, default: 3}}
notify: [{on: [failed, recovered], to: team}]
steps:
  load: {run: "exit ${{ params.code }}"}
"""
SECRET = "whsec_" + base64.b64encode(b"between the two of us").decode()


def signed_by(secret, headers, body):
    """The recipe of docs/reference/notifications.md."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split(" ")


class NotificationCase(ApiCase):
    def setUp(self):
        super().setUp()
        self.hook = HookReceiver(self)
        self.pipeline(PIPELINE)
        self.receivers(f"receivers: {{team: {{webhook: {{url: {self.hook.url}/hook}}}}}}\n")

    def receivers(self, text, folder=None):
        ((folder or self.folder) / "receivers.yaml").write_text(text)

    def variables(self, **secrets):
        named = {f"GEARTRAIN_SECRET_{name}": value for name, value in secrets.items()}
        return dict(os.environ, NO_COLOR="1", **named)

    def listed(self, *words):
        code, out, talk = self.run_to_end("notification", "list", "--json", *words)
        self.assertEqual(code, 0, talk)
        return json.loads(out)

    def told(self):
        """The event of the next call."""
        return json.loads(self.hook.next()[2])["data"]

    def until(self, holds):
        end = time.monotonic() + SECONDS_MAX
        while not (found := holds()):
            self.assertLess(time.monotonic(), end)
        return found


class RunTest(NotificationCase):
    """Without a server: a run tells at its end."""

    def test_a_failed_run_is_told_and_signed(self):
        self.receivers(
            "receivers:\n"
            f"  team: {{webhook: {{url: {self.hook.url}/hook, secret: '${{{{ secrets.HOOK }}}}'}}}}\n"
        )
        code, _, talk = self.run_to_end("run", env=self.variables(HOOK=SECRET))
        self.assertEqual(code, 1, talk)
        path, headers, body = self.hook.next()
        self.assertEqual(path, "/hook")
        self.assertTrue(signed_by(SECRET, headers, body))
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), SECONDS_MAX)
        told = json.loads(body)
        self.assertEqual(told["type"], "run.failed")
        event = told["data"]
        wanted = {
            "kind": "failed",
            "run": "flow/1",
            "pipeline": "flow",
            "state": "failed",
            "task": "load",
            "cause": "exit",
            "error": "ended with exit code 3",
            "message": None,
            "url": None,
        }
        self.assertEqual({name: event[name] for name in wanted}, wanted)
        self.assertEqual(event["run_id"], self.shown()["id"])
        (one,) = self.listed()
        self.assertEqual((one["state"], one["tries"], one["answer"]), ("sent", 1, "status 200"))
        self.assertEqual(headers["webhook-id"], "msg_" + one["message_id"])

    def test_a_success_is_news_only_after_a_failure(self):
        self.run_to_end("run", "-p", "code=0")
        self.run_to_end("run")
        self.assertEqual(self.told()["run"], "flow/2")
        self.run_to_end("run", "-p", "code=0")
        event = self.told()
        self.assertEqual((event["kind"], event["run"]), ("recovered", "flow/3"))
        self.run_to_end("run", "-p", "code=0")
        self.assertEqual(len(self.listed()), 2)

    def test_a_run_that_succeeds_when_it_is_tried_again_has_recovered(self):
        self.pipeline(PIPELINE.replace('"exit ${{ params.code }}"', "test -e there"))
        self.run_to_end("run")
        self.assertEqual(self.told()["kind"], "failed")
        (self.folder / "there").touch()
        self.run_to_end("retry", "latest")
        event = self.told()
        self.assertEqual((event["kind"], event["run"]), ("recovered", "flow/1"))

    def test_who_wants_every_success_hears_of_a_recovery_once(self):
        self.pipeline(PIPELINE.replace("[failed, recovered]", "[succeeded, recovered]"))
        self.run_to_end("run")
        self.run_to_end("run", "-p", "code=0")
        self.assertEqual([one["kind"] for one in self.listed()], ["recovered"])

    def test_what_is_not_taken_is_sent_by_the_next_run_with_the_same_id(self):
        self.hook.status = 500
        _, _, talk = self.run_to_end("run")
        self.assertIn("receiver team does not take notifications: status 500: so", talk)
        self.assertIn("1 notification not sent yet", talk)
        first = self.hook.next()[1]["webhook-id"]
        (one,) = self.listed("--state", "waiting")
        self.assertEqual((one["tries"], one["answer"]), (1, "status 500: so"))
        self.assertEqual(self.run_to_end("notification", "retry", str(one["id"]))[0], 0)
        self.hook.status = 204
        self.run_to_end("run", "-p", "code=0")
        ids = {self.hook.next()[1]["webhook-id"] for _ in range(2)}
        self.assertIn(first, ids)
        self.assertEqual({one["state"] for one in self.listed()}, {"sent"})

    def test_receivers_of_all_pipelines_are_those_without_rules_of_their_own(self):
        self.receivers(
            f"receivers: {{team: {{webhook: {{url: {self.hook.url}}}}}}}\n"
            "default: [{on: failed, to: team}]\n"
        )
        self.pipeline("name: flow\nsteps: {load: {run: exit 3}}\n")
        self.run_to_end("run")
        self.assertEqual(self.told()["kind"], "failed")
        self.pipeline("name: flow\nnotify: []\nsteps: {load: {run: exit 3}}\n")
        self.run_to_end("run")
        self.assertEqual(len(self.listed()), 1)

    def test_a_run_with_nothing_to_do_is_told_as_others_are(self):
        steps = "".join(
            f"  s{i}: {{run: 'echo a > $GEARTRAIN_OUTPUTS/o', code: [], outputs: {{o: {{path: o}}}}}}\n"
            for i in range(22)
        )
        self.pipeline("name: flow\nnotify: [{on: succeeded, to: team}]\nsteps:\n" + steps)
        for number in (1, 2, 3):
            self.run_to_end("run")
            self.assertEqual(self.told()["run"], f"flow/{number}")

    def test_a_cancelled_run_is_told(self):
        self.pipeline(
            "name: flow\nnotify: [{on: cancelled, to: team}]\n"
            "steps: {load: {run: 'echo begun >begun; sleep 1000'}}\n"
        )
        run = self.start("run")
        self.wait_for_step()
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=SECONDS_MAX)
        event = self.told()
        self.assertEqual((event["kind"], event["state"]), ("cancelled", "cancelled"))


class ReceiversTest(NotificationCase):
    def problems(self, receivers, pipeline=PIPELINE):
        self.receivers(receivers)
        self.pipeline(pipeline)
        code, out, _ = self.run_to_end("check")
        self.assertEqual(code, 8, out)
        return out

    def test_a_receiver_that_is_not_there_is_a_problem_at_its_place(self):
        out = self.problems("receivers: {teem: {webhook: {url: http://x/}}}\n")
        self.assertIn("pipeline.yaml:3:40: error: there is no receiver `team` in receivers.yaml", out)
        self.assertIn("did you mean `teem`?", out)
        code, _, _ = self.run_to_end("run")
        self.assertEqual(code, 8)
        os.remove(self.folder / "receivers.yaml")
        _, out, _ = self.run_to_end("check")
        self.assertIn("receiver `team` is not there: the project has no receivers.yaml", out)

    def test_what_is_wrong_with_receivers_is_told_at_its_place(self):
        out = self.problems(
            "receivers:\n"
            "  team: {webhook: {url: nowhere, secret: hunter2}}\n"
            "  chat: {slack: {url: https://hooks.example.org/T1}}\n"
            "  ops: {mail: {server: smtp.example.org, from: us, to: []}, subject: '${{ event.ran }}'}\n"
            "  both: {slack: {url: '${{ secrets.A }}'}, webhook: {url: http://x/}}\n"
            "default: [{on: fail, to: nobody}]\n"
        )
        for told in [
            "receivers.yaml:2:25: error: `url` is no address",
            "receivers.yaml:2:42: error: `secret` stands in the file",
            "receivers.yaml:3:23: error: `url` of `slack` stands in the file",
            "receivers.yaml:4:48: error: `us` is no address for mail",
            "receivers.yaml:4:56: error: `to` has 0 addresses",
            "error: `event` has no `ran`",
            "receivers.yaml:5:",
            "receivers.yaml:6:16: error: `on` is `fail`",
        ]:
            self.assertIn(told, out)

    def test_a_secret_that_nobody_set_is_named_and_the_rest_goes_on(self):
        self.receivers(
            "receivers:\n"
            "  team: {slack: {url: '${{ secrets.CHAT }}'}}\n"
            f"  other: {{webhook: {{url: {self.hook.url}}}}}\n"
        )
        self.pipeline(PIPELINE.replace("to: team", "to: [team, other]"))
        self.run_to_end("run")
        self.assertEqual(self.told()["kind"], "failed")
        states = {one["receiver"]: (one["state"], one["answer"]) for one in self.listed()}
        self.assertEqual(states["other"], ("sent", "status 200"))
        self.assertEqual(states["team"][0], "waiting")
        self.assertIn("the secret CHAT is not set", states["team"][1])

    def test_a_template_makes_the_body_and_must_give_json(self):
        template = '{"text": ${{ to_json(event.error) }}, "run": "${{ event.run }}"}'
        self.receivers(
            f"receivers:\n  team:\n    webhook: {{url: {self.hook.url}, "
            "headers: {X-Key: '${{ secrets.KEY }}'}}\n"
            f"    template: '{template}'\n"
        )
        self.run_to_end("run", env=self.variables(KEY="k1"))
        _, headers, body = self.hook.next()
        self.assertEqual(json.loads(body), {"text": "ended with exit code 3", "run": "flow/1"})
        self.assertEqual(headers["X-Key"], "k1")
        self.receivers(
            f"receivers:\n  team:\n    webhook: {{url: {self.hook.url}}}\n"
            "    template: '{\"text\": ${{ event.error }}}'\n"
        )
        self.run_to_end("run")
        self.assertIn("its template gives no JSON", self.listed()[0]["answer"])

    def test_a_chat_gets_text_in_which_nothing_can_become_a_command(self):
        self.receivers("receivers: {team: {slack: {url: '${{ secrets.CHAT }}'}}}\n")
        secret = self.hook.url + "/services/T0/secret"
        self.pipeline(
            "name: flow\nnotify: [{on: failed, to: team}]\n"
            "steps: {load: {run: 'true', outputs: {'o': {path: '<!channel> & \"co\"'}}}}\n"
        )
        code, _, talk = self.run_to_end("run", env=self.variables(CHAT=secret))
        self.assertEqual(code, 1, talk)
        path, headers, body = self.hook.next()
        self.assertEqual(path, "/services/T0/secret")
        self.assertEqual(headers["Content-Type"], "application/json")
        message = json.loads(body)
        self.assertEqual(set(message), {"text"})
        self.assertTrue(message["text"].startswith("*flow/1 failed*"), message)
        self.assertIn("&lt;!channel&gt; &amp; ", message["text"])
        self.assertNotIn("<!channel>", message["text"])
        self.assertNotIn("secret", json.dumps(self.listed()))

    def test_test_sends_a_sample_and_prints_the_answer(self):
        code, out, talk = self.run_to_end("notification", "test", "team")
        self.assertEqual((code, out), (0, "team takes it: status 200\n"), talk)
        self.assertEqual(self.told()["run"], "sample/1")
        self.hook.status = 403
        code, _, talk = self.run_to_end("notification", "test", "team")
        self.assertEqual(code, 1)
        self.assertIn("team does not take it: status 403: so", talk)
        code, _, talk = self.run_to_end("notification", "test", "nobody")
        self.assertEqual(code, 5)
        self.assertIn("there is no receiver nobody in receivers.yaml", talk)
        self.assertEqual(self.listed(), [])


class ServerTest(NotificationCase):
    def begin(self, **params):
        run = self.post("/api/v1/pipelines/flow/runs", {"params": params}).json()
        return self.ended(run["id"])

    def notification(self, number=1):
        return self.get(f"/api/v1/notifications/{number}").json()

    def sent(self, number=1):
        return self.until(lambda: self.notification(number).get("state") == "sent")

    def test_runs_of_a_server_are_told_with_their_address(self):
        self.serve()
        run = self.begin()
        event = self.told()
        self.assertEqual(event["run_id"], run["id"])
        self.assertEqual(event["url"], f"http://127.0.0.1:{self.port}/api/v1/runs/{run['id']}")
        self.sent()
        numbers = self.get("/metrics").body.decode()
        self.assertIn('geartrain_notification_tries_total{result="sent"} 1\n', numbers)
        self.assertIn('geartrain_notifications{state="waiting"} 0\n', numbers)

    def test_what_was_committed_and_not_sent_is_sent_after_a_kill(self):
        self.hook.gate.clear()
        up = self.serve()
        self.begin()
        first = self.hook.next()[1]["webhook-id"]
        up.kill()
        up.wait()
        self.hook.gate.set()
        self.serve()
        self.assertEqual(self.hook.next()[1]["webhook-id"], first)
        self.sent()

    def test_a_run_of_another_program_is_told_by_whoever_sends(self):
        self.hook.gate.clear()
        self.serve()
        self.begin()
        self.hook.next()
        self.run_to_end("run", "-p", "code=4")
        self.hook.gate.set()
        self.assertEqual(self.told()["error"], "ended with exit code 4")

    def test_a_server_for_mail_that_hangs_holds_up_nobody(self):
        mail = MailReceiver(self, silent=True)
        self.receivers(
            "receivers:\n"
            f"  ops: {{mail: {{server: 127.0.0.1, port: {mail.port}, tls: none, from: a@b, to: c@d}}}}\n"
            f"  team: {{webhook: {{url: {self.hook.url}}}}}\n"
        )
        self.pipeline(PIPELINE.replace("to: team", "to: [ops, team]"))
        self.serve()
        self.begin()
        self.begin()
        self.assertEqual([self.told()["run"] for _ in range(2)], ["flow/1", "flow/2"])
        ops = [one for one in self.listed() if one["receiver"] == "ops"]
        self.assertEqual([(one["state"], one["tries"]) for one in ops], [("waiting", 0)] * 2)
        found = self.until(lambda: [one for one in self.listed() if one["tries"] and one["next_at"]])
        self.assertIn(f"127.0.0.1:{mail.port}: waiting for its greeting: ", found[0]["answer"])

    def test_lists_have_pages_and_what_is_dead_is_sent_again_or_dropped(self):
        self.hook.status = 410
        self.serve()
        for _ in range(3):
            self.begin()
        self.until(lambda: len(self.listed("--state", "dead")) == 3)
        page = self.get("/api/v1/notifications?state=dead&limit=2").json()
        self.assertEqual([one["id"] for one in page["notifications"]], [3, 2])
        last = self.get(f"/api/v1/notifications?limit=2&cursor={page['next_cursor']}").json()
        self.assertEqual([one["id"] for one in last["notifications"]], [1])
        self.assertIsNone(last["next_cursor"])
        self.assertEqual(self.get("/api/v1/notifications?state=lost").status, 400)
        self.assertEqual(self.get("/api/v1/notifications/9").status, 404)
        self.hook.status = 200
        answer = self.post("/api/v1/notifications/3/retry")
        self.assertEqual((answer.status, answer.json()["state"]), (202, "waiting"))
        self.sent(3)
        self.assertEqual(self.post("/api/v1/notifications/3/retry").status, 409)
        self.assertEqual(self.ask("DELETE", "/api/v1/notifications/2").status, 204)
        self.assertEqual(self.ask("DELETE", "/api/v1/notifications/2").status, 404)
        code, _, talk = self.run_to_end("notification", "retry", "--all")
        self.assertEqual(code, 0, talk)
        self.sent(1)
        self.assertEqual([one["id"] for one in self.listed()], [3, 1])

    def test_a_missed_deadline_is_told_while_the_run_goes_on(self):
        self.pipeline(
            "name: flow\nnotify: [{on: deadline_missed, to: team}]\ndeadline: 100ms\nsteps:\n"
            "  load: {run: 'echo begun >begun; cat go', deadline: 200ms}\n"
        )
        self.serve()
        run = self.post("/api/v1/pipelines/flow/runs").json()
        self.wait_for_step()
        first, second = self.told(), self.told()
        self.assertEqual((first["kind"], first["task"], first["state"]), ("deadline_missed", None, "running"))
        self.assertEqual(second["task"], "load")
        self.assertGreater(second["deadline"], second["started_at"])
        self.let_go()
        (task,) = self.ended(run["id"])["tasks"]
        self.assertEqual(task["state"], "succeeded")
        self.assertGreater(task["deadline_missed_at"], second["started_at"])
        self.assertEqual(len(self.listed()), 2)

    def test_an_approval_that_is_wanted_is_told(self):
        self.pipeline(
            "name: flow\nnotify: [{on: approval_wanted, to: team}]\n"
            "params: {text: {type: string}}\n"
            "steps: {release: {approve: {message: '${{ params.text }}'}, timeout: 1h}}\n"
        )
        self.serve()
        run = self.post("/api/v1/pipelines/flow/runs", {"params": {"text": 'Now, "really"?'}}).json()
        event = self.told()
        self.assertEqual((event["kind"], event["task"]), ("approval_wanted", "release"))
        self.assertEqual(event["message"], 'Now, "really"?')
        self.assertIsNotNone(event["deadline"])
        decision = {"task": "release", "decision": "approve"}
        self.assertEqual(self.post(f"/api/v1/runs/{run['id']}/approve", decision).status, 202)
        self.assertEqual(self.ended(run["id"])["state"], "succeeded")


class PatienceTest(ClockCase, NotificationCase):
    def test_after_a_day_of_tries_a_notification_is_dead(self):
        self.hook.status = 503
        (self.folder / "pipelines").mkdir()
        (self.folder / "pipelines/other.yaml").write_text(
            "name: other\nnotify: []\nsteps: {a: {run: 'true'}}\n"
        )
        self.serve()
        run = self.post("/api/v1/pipelines/flow/runs").json()
        self.ended(run["id"])
        ids = {self.hook.next()[1]["webhook-id"]}
        for hours in range(1, 32):
            self.until(lambda tries=hours: self.get("/api/v1/notifications/1").json()["tries"] == tries)
            self.set_clock(3700 * hours)
            # Whatever happens in the home wakes who sends.
            self.post("/api/v1/pipelines/other/runs")
            ids.add(self.hook.next()[1]["webhook-id"])
        self.assertEqual(len(ids), 1)
        now = self.until(lambda: next(iter(self.listed("--state", "dead")), None))
        self.assertEqual((now["tries"], now["next_at"]), (32, None))
        self.until(lambda: "notification 1 is given up" in self.talk)
        code, out, _ = self.run_to_end("notification", "show", "1")
        self.assertEqual(code, 0)
        self.assertIn("status 503: so", out)


class PushedTest(PushCase, NotificationCase):
    def test_a_pushed_project_has_the_receivers_of_its_own_version(self):
        self.serve()
        self.write("pipeline.yaml", PIPELINE)
        self.write("receivers.yaml", f"receivers: {{team: {{webhook: {{url: {self.hook.url}/pushed}}}}}}\n")
        self.push()
        self.end_of(self.begin("hello-world.flow"))
        path, _, body = self.hook.next()
        event = json.loads(body)["data"]
        self.assertEqual((path, event["project_version"]), ("/pushed", "hello-world@1"))
        self.write("receivers.yaml", "receivers: {}\n")
        talk = self.push(code=2)
        self.assertRegex(talk, re.compile("there is no receiver `team` in receivers.yaml"))


if __name__ == "__main__":
    unittest.main()
