"""`geartrain push`: projects are sent to a server, as versions that never change."""

import hashlib
import json
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from api_client import ApiCase
from command_line import SECONDS_MAX

HELLO = """name: hello
steps:
  say:
    run: cat greeting.txt > "$GEARTRAIN_OUTPUTS/text"
    outputs: {text: {path: text}}
"""


class PushCase(ApiCase):
    """The server's folder is `folder`; what is pushed lies in `project`."""

    def setUp(self):
        super().setUp()
        project = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(project.cleanup)
        self.project = Path(project.name).resolve() / "hello-world"
        self.project.mkdir()
        self.write("pipeline.yaml", HELLO)
        self.write("greeting.txt", "good morning\n")

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def push(self, *arguments, code=0):
        ended, out, talk = self.run_to_end(
            "push", "--server", self.url(), "--json", *arguments, cwd=self.project
        )
        self.assertEqual(ended, code, talk)
        return json.loads(out) if code == 0 else talk

    def begin(self, pipeline):
        answer = self.ask("POST", f"/api/v1/pipelines/{pipeline}/runs")
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()

    def end_of(self, run):
        return self.ended(run["id"])

    def until(self, holds):
        deadline = time.monotonic() + SECONDS_MAX
        while not holds():
            self.assertLess(time.monotonic(), deadline, self.talk)

    def remote(self, *words, code=0):
        ended, out, talk = self.run_to_end(*words, "--server", self.url(), cwd=self.project)
        self.assertEqual(ended, code, talk)
        return out


class PushTest(PushCase):
    def test_a_pushed_project_is_served_and_its_runs_use_the_version(self):
        self.serve()
        pushed = self.push("-m", "the first one")
        self.assertTrue(pushed["is_new"])
        self.assertEqual(pushed["version"]["name"], "hello-world@1")
        self.assertEqual(pushed["version"]["message"], "the first one")
        self.assertEqual(pushed["pipelines"], ["hello-world.hello"])
        self.assertEqual(pushed["sent"]["files"], 3)  # and their list
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(run["project_version"], "hello-world@1")
        self.assertEqual(self.remote("get", run["name"], "say.text", "-"), "good morning\n")

    def test_only_what_is_new_is_sent(self):
        self.serve()
        self.push()
        self.write("greeting.txt", "good evening\n")
        pushed = self.push()
        self.assertEqual(pushed["version"]["number"], 2)
        self.assertEqual(pushed["sent"]["files"], 2)  # the text and the list
        self.assertFalse(self.push()["is_new"])

    def test_a_run_keeps_the_version_that_it_began_with(self):
        self.write("pipeline.yaml", HELLO.replace("cat greeting", f"read -r word < {self.folder}/go; cat greeting"))
        self.serve()
        self.push()
        run = self.begin("hello-world.hello")
        self.write("greeting.txt", "good evening\n")
        self.assertEqual(self.push()["version"]["number"], 2)
        (self.folder / "go").write_text("on\n")
        ended = self.end_of(run)
        self.assertEqual(ended["state"], "succeeded", ended)
        self.assertEqual(self.remote("get", run["name"], "say.text", "-"), "good morning\n")
        second = self.begin("hello-world.hello")
        (self.folder / "go").write_text("on\n")
        self.end_of(second)
        self.assertEqual(self.remote("get", second["name"], "say.text", "-"), "good evening\n")

    def test_an_earlier_version_counts_after_a_rollback(self):
        self.serve()
        self.push()
        self.write("greeting.txt", "good evening\n")
        self.push()
        self.remote("project", "rollback", "hello-world")
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertEqual(run["project_version"], "hello-world@1")
        shown = json.loads(self.remote("project", "versions", "hello-world", "--json"))
        self.assertEqual([one["number"] for one in shown], [2, 1])
        changes = json.loads(self.remote("project", "diff", "hello-world@1", "hello-world@2", "--json"))
        self.assertEqual(changes["files"], [{"path": "greeting.txt", "change": "changed"}])

    def test_a_project_with_errors_is_refused_and_nothing_changes(self):
        self.serve()
        self.push()
        self.write("pipeline.yaml", HELLO + "  wrong: {run: x, needs: nobody}\n")
        talk = self.push(code=2)
        self.assertIn("pipeline.yaml:", talk)
        self.assertIn("nobody", talk)
        versions = self.ask("GET", "/api/v1/projects/hello-world/versions").json()["versions"]
        self.assertEqual(len(versions), 1)

    def test_a_removed_project_begins_no_runs_and_keeps_its_history(self):
        self.serve()
        self.push()
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertEqual(self.ask("DELETE", "/api/v1/projects/hello-world").status, 204)
        self.until(lambda: self.ask("POST", "/api/v1/pipelines/hello-world.hello/runs").status == 404)
        self.assertEqual(self.ask("GET", f"/api/v1/runs/{run['name']}").status, 200)
        self.assertTrue(self.push()["is_new"])

    def test_versions_survive_a_restart_of_the_server(self):
        up = self.serve()
        self.push()
        up.terminate()
        up.wait(timeout=SECONDS_MAX)
        self.serve()
        self.assertEqual(self.end_of(self.begin("hello-world.hello"))["state"], "succeeded")

    def test_links_and_permissions_arrive_as_they_are(self):
        self.write("bin/say.sh", '#!/bin/sh\ncat start > "$GEARTRAIN_OUTPUTS/text"\n')
        (self.project / "bin/say.sh").chmod(0o755)
        (self.project / "start").symlink_to("greeting.txt")
        self.write("pipeline.yaml", HELLO.replace('cat greeting.txt > "$GEARTRAIN_OUTPUTS/text"', "bin/say.sh"))
        self.serve()
        self.push()
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertEqual(run["state"], "succeeded", run)
        (self.project / "out").symlink_to("/etc/passwd")
        self.assertIn("leads out of the project", self.push(code=2))

    def test_a_large_file_comes_in_pieces_and_goes_on_where_it_was_cut(self):
        content = os.urandom(2_500_000)
        (self.project / "data.bin").write_bytes(content)
        self.serve()
        name = hashlib.sha256(content).hexdigest()
        path = f"/api/v1/projects/hello-world/files/{name}"
        first = self.ask(
            "PUT", path, content[:1_000_000], Content_Range=f"bytes 0-999999/{len(content)}"
        )
        self.assertEqual((first.status, first.json()["bytes"]), (202, 1_000_000))
        # What is asked for from the beginning is answered with where it is.
        pushed = self.push()
        self.assertTrue(pushed["is_new"])
        self.assertLess(pushed["sent"]["bytes"], 2_500_000)

    def test_two_pushes_at_once_are_two_versions(self):
        self.serve()
        other = tempfile.TemporaryDirectory()
        self.addCleanup(other.cleanup)
        second = Path(other.name) / "hello-world"
        second.mkdir()
        (second / "pipeline.yaml").write_text(HELLO)
        (second / "greeting.txt").write_text("from elsewhere\n")
        processes = [
            self.start("push", "--server", self.url(), cwd=folder) for folder in (self.project, second)
        ]
        for process in processes:
            _, talk = process.communicate(timeout=SECONDS_MAX)
            self.assertEqual(process.returncode, 0, talk)
        versions = self.ask("GET", "/api/v1/projects/hello-world/versions").json()["versions"]
        self.assertEqual([one["number"] for one in versions], [2, 1])

    def test_git_says_which_files_go_and_which_commit_it_was(self):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
        self.write(".gitignore", "secret.txt\n")
        self.write("secret.txt", "not for others\n")
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
            subprocess.run(git + words, cwd=self.project, check=True)
        self.write("untracked.txt", "goes along\n")
        self.serve()
        pushed = self.push()["version"]
        self.assertEqual(pushed["files"], 4)
        self.assertEqual(len(pushed["git"]["commit"]), 40)
        self.assertTrue(pushed["git"]["dirty"])

    def test_what_is_no_list_of_files_is_refused(self):
        self.serve()
        for text in (b"no list", b"geartrain tree 1\nlink /etc passwd\n"):
            digest = hashlib.sha256(text).hexdigest()
            sent = self.ask("PUT", f"/api/v1/projects/p/files/{digest}", text)
            self.assertEqual(sent.status, 201, sent.body)
            made = self.ask("POST", "/api/v1/projects/p/versions", {"tree": digest})
            self.assertEqual(made.status, 400, made.body)
        wrong = self.ask("PUT", "/api/v1/projects/p/files/" + "0" * 64, b"x")
        self.assertEqual(wrong.status, 400)
        self.assertEqual(self.ask("GET", "/api/v1/projects/p").status, 404)

    def test_a_push_without_a_server_says_what_to_do(self):
        code, _, talk = self.run_to_end("push", cwd=self.project)
        self.assertEqual(code, 2)
        self.assertIn("GEARTRAIN_SERVER", talk)
        code, _, talk = self.run_to_end("push", "--server", "http://127.0.0.1:1", cwd=self.project)
        self.assertEqual(code, 1)
        self.assertIn("is `geartrain up` running there?", talk)

    def test_a_trigger_of_a_pushed_pipeline_fires(self):
        self.serve()
        self.write("pipeline.yaml", HELLO + "triggers: {t: {every: 1s}}\n")
        self.push()
        self.until(lambda: any(
            run["trigger"] == "t" and run["state"] == "succeeded"
            for run in self.ask("GET", "/api/v1/runs?pipeline=hello-world.hello").json()["runs"]
        ))


class RemoteTest(PushCase):
    def test_commands_answer_as_on_the_servers_machine(self):
        self.serve()
        self.push()
        run = self.end_of(self.begin("hello-world.hello"))
        for words in (["runs", "--json"], ["show", "latest", "--json"], ["logs", "latest"], ["why", "latest", "say"]):
            here = self.run_to_end(*words)[1]
            self.assertEqual(self.remote(*words), here, words)
        self.assertIn(run["name"], self.remote("runs"))

    def test_the_exit_code_and_the_words_of_an_error_come_back(self):
        self.serve()
        code, out, talk = self.run_to_end("show", "nothing/7", "--server", self.url())
        self.assertEqual((code, out), (5, ""))
        self.assertIn("there is no run", talk)

    def test_a_run_is_begun_and_followed_from_elsewhere(self):
        self.serve()
        self.push()
        code, out, talk = self.run_to_end(
            "run", "-f", "hello-world.hello", "--json", "--server", self.url(), cwd=self.project
        )
        self.assertEqual(code, 0, talk)
        self.assertIn("started", talk)
        run = json.loads(out)
        self.assertEqual((run["state"], run["project_version"]), ("succeeded", "hello-world@1"))

    def test_the_server_may_stand_in_the_environment(self):
        self.serve()
        self.push()
        run = self.end_of(self.begin("hello-world.hello"))
        environment = dict(os.environ, GEARTRAIN_SERVER=self.url(), NO_COLOR="1")
        code, out, talk = self.run_to_end("runs", "-o", "name", cwd=self.project, env=environment)
        self.assertEqual((code, out), (0, run["name"] + "\n"), talk)

    def test_an_interrupt_goes_to_the_command(self):
        self.write("pipeline.yaml", HELLO.replace("cat greeting", f"echo > {self.folder}/begun; sleep 1000; cat greeting"))
        self.serve()
        self.push()
        process = self.start("run", "-f", "hello-world.hello", "--server", self.url(), cwd=self.project)
        (self.folder / "begun").read_text()
        process.send_signal(2)
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 130, talk)
        run = self.ask("GET", "/api/v1/runs").json()["runs"][0]
        self.assertEqual(run["state"], "cancelled")

    def test_a_token_reaches_only_what_its_scope_does(self):
        self.serve()
        self.push()
        made = self.ask("POST", "/api/v1/tokens", {"name": "look", "scope": "read"}).json()
        bearer = f"Bearer {made['token']}"
        for words, status in ((["runs"], 201), (["run", "-f", "hello-world.hello"], 403), (["gc"], 403)):
            answer = self.ask("POST", "/api/v1/commands", {"words": words}, Authorization=bearer)
            self.assertEqual(answer.status, status, words)
        for words in (["up"], ["init"], ["nothing"], ["runs", "-C", "/etc"], ["run", "-f", "/etc/passwd"]):
            answer = self.ask("POST", "/api/v1/commands", {"words": words})
            self.assertEqual(answer.status, 400, words)
        environment = dict(os.environ, GEARTRAIN_TOKEN="gt_wrong", NO_COLOR="1")
        code, _, talk = self.run_to_end("runs", "--server", self.url(), env=environment)
        self.assertEqual(code, 6)
        self.assertIn("GEARTRAIN_TOKEN", talk)

    def test_who_asked_is_on_record(self):
        self.serve()
        self.push()
        made = self.ask("POST", "/api/v1/tokens", {"name": "ops", "scope": "run"}).json()
        environment = dict(os.environ, GEARTRAIN_TOKEN=made["token"], NO_COLOR="1")
        code, _, talk = self.run_to_end(
            "pause", "hello-world.hello", "--server", self.url(), env=environment
        )
        self.assertEqual(code, 0, talk)
        paused = json.loads(self.remote("pause", "--json"))
        self.assertEqual(paused[0]["paused_by"], "token ops")

    def test_a_file_is_fetched_to_this_machine(self):
        self.serve()
        self.push()
        self.end_of(self.begin("hello-world.hello"))
        self.remote("get", "latest", "say.text", "here.txt")
        self.assertEqual((self.project / "here.txt").read_text(), "good morning\n")

    def test_much_output_comes_as_a_whole(self):
        self.write("pipeline.yaml", HELLO.replace("cat greeting.txt", "seq 200000; cat greeting.txt"))
        self.serve()
        self.push()
        self.end_of(self.begin("hello-world.hello"))
        lines = self.remote("logs", "latest", "say").splitlines()
        self.assertEqual(len(lines), 200000)
        self.assertEqual(lines[-1], "200000")


if __name__ == "__main__":
    unittest.main()
