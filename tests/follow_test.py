"""A project that follows a git repository: each commit becomes a version."""

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import unittest

from push_test import HELLO, PushCase


class FollowTest(PushCase):
    def setUp(self):
        super().setUp()
        self.git("init", "-q", "--initial-branch=main")
        self.commit("the first")

    def git(self, *words):
        names = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
        subprocess.run(["git", *names, *words], cwd=self.project, check=True)

    def commit(self, subject):
        self.git("add", ".")
        self.git("commit", "-q", "-m", subject)

    def follow(self, *options, code=0):
        ended, _, talk = self.run_to_end("project", "follow", "greet", str(self.project), *options)
        self.assertEqual(ended, code, talk)
        return talk

    def versions(self):
        answer = self.get("/api/v1/projects/greet/versions")
        return answer.json()["versions"] if answer.status == 200 else []

    def look(self):
        self.assertEqual(self.post("/api/v1/projects/greet/git/look").status, 202)

    def followed(self):
        return json.loads(self.run_to_end("project", "follow", "--json")[1])[0]

    def test_commits_become_versions_and_their_pipelines_run(self):
        self.follow("--every", "1h")
        self.serve()
        self.until(lambda: len(self.versions()) == 1)
        first = self.versions()[0]
        self.assertEqual((first["message"], first["created_by"]), ("the first", "Ana"))
        self.until(lambda: self.get("/api/v1/pipelines/greet.hello").status == 200)
        run = self.end_of(self.begin("greet.hello"))
        self.assertEqual((run["state"], run["project_version"]), ("succeeded", "greet@1"))
        self.assertEqual(run["git"]["commit"], first["git"]["commit"])
        for number in range(3):
            self.write("greeting.txt", f"hello {number}\n")
            self.commit(f"number {number}")
        self.look()
        self.until(lambda: len(self.versions()) == 4)
        self.assertEqual(
            [one["message"] for one in self.versions()],
            ["number 2", "number 1", "number 0", "the first"],
        )

    def test_a_commit_with_errors_is_left_out_and_the_next_one_counts(self):
        self.serve()
        self.follow("--every", "1h")
        self.until(lambda: len(self.versions()) == 1)
        self.write("pipeline.yaml", "name: hello\nsteps: {say: {run: x, needs: nobody}}\n")
        self.commit("broken")
        self.look()
        self.until(lambda: self.followed()["trouble"])
        self.assertIn("nobody", self.followed()["trouble"])
        self.until(lambda: "following greet: commit" in self.talk)
        self.assertEqual(len(self.versions()), 1)
        self.write("pipeline.yaml", HELLO + "description: mended\n")
        self.commit("mended")
        self.look()
        self.until(lambda: len(self.versions()) == 2)
        self.until(lambda: not self.followed()["trouble"])

    def test_a_repository_that_vanishes_is_told_and_its_version_stays(self):
        self.serve()
        self.follow("--every", "1h")
        self.until(lambda: len(self.versions()) == 1)
        away = self.project.with_name("away")
        shutil.move(self.project, away)
        self.look()
        self.until(lambda: self.followed()["trouble"])
        self.assertEqual(self.end_of(self.begin("greet.hello"))["state"], "succeeded")
        shutil.move(away, self.project)
        self.write("greeting.txt", "back\n")
        self.commit("back")
        self.look()
        self.until(lambda: len(self.versions()) == 2)

    def test_a_folder_of_a_branch_is_followed_alone(self):
        self.git("checkout", "-q", "-b", "prod")
        self.write("deep/flights/pipeline.yaml", HELLO)
        self.write("deep/flights/greeting.txt", "from below\n")
        self.commit("below")
        self.follow("--branch", "prod", "--path", "deep/flights")
        self.serve()
        self.until(lambda: len(self.versions()) == 1)
        self.assertEqual(self.versions()[0]["files"], 2)

    def test_a_signed_call_makes_it_look(self):
        self.follow("--every", "1h", "--webhook", "github", "--secret", "HOOK")
        self.serve(env=dict(os.environ, GEARTRAIN_SECRET_HOOK="open sesame", NO_COLOR="1"))
        self.until(lambda: len(self.versions()) == 1)
        self.write("greeting.txt", "pushed\n")
        self.commit("pushed")
        body = b'{"ref": "refs/heads/main"}'
        signature = hmac.new(b"open sesame", body, hashlib.sha256).hexdigest()
        wrong = self.post("/api/v1/git-hooks/greet", body, X_Hub_Signature_256="sha256=" + "0" * 64)
        self.assertEqual(wrong.status, 401)
        good = self.post("/api/v1/git-hooks/greet", body, X_Hub_Signature_256="sha256=" + signature)
        self.assertEqual(good.status, 202, good.body)
        self.until(lambda: len(self.versions()) == 2)

    def test_what_is_no_repository_is_refused(self):
        for words in (
            ["greet", "ext::sh -c x"],
            ["greet", "--upload-pack=x"],
            ["greet", "https://user:word@host/x"],
            ["not a name", str(self.project)],
            ["greet", str(self.project), "--path", "../x"],
            ["greet", str(self.project), "--every", "never"],
            ["greet"],
        ):
            code, _, talk = self.run_to_end("project", "follow", *words)
            self.assertEqual(code, 2, (words, talk))
        code, _, talk = self.run_to_end("project", "unfollow", "greet")
        self.assertEqual(code, 5, talk)

    def test_a_project_that_is_followed_no_more_stays_as_it_is(self):
        self.serve()
        self.follow("--every", "1s")
        self.until(lambda: len(self.versions()) == 1)
        self.assertEqual(self.run_to_end("project", "unfollow", "greet")[0], 0)
        self.assertEqual(self.post("/api/v1/projects/greet/git/look").status, 404)
        self.assertEqual(self.end_of(self.begin("greet.hello"))["state"], "succeeded")


if __name__ == "__main__":
    unittest.main()
