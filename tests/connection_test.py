"""Connections and variables of a project: on the command line, in steps, and by a server's API."""

import json
import os
import stat
import subprocess
import unittest

from api_client import ApiCase
from command_line import SECONDS_MAX, Case
from push_test import PushCase

URI = "postgres://reader:hunter2%40home@db.example:5432/sales?sslmode=require"
STEP = """name: report
steps:
  count:
    connections: [warehouse]
    env:
      PASSWORD: ${{ connections.warehouse.password }}
      BUCKET: ${{ variables.bucket }}
    run: |
      echo "${{ connections.warehouse.host }} $PASSWORD $GEARTRAIN_CONNECTION_WAREHOUSE"
      echo "$AIRFLOW_CONN_WAREHOUSE" | base64 -w0 >&2
      echo "$PASSWORD" | wc -c >${{ outputs.rows }}
    outputs: {rows: {path: rows.txt}}
    code: [pipeline.yaml]
"""


class ValueCase(Case):
    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, NO_COLOR="1")
        self.pipeline(STEP)

    def geartrain(self, *words, text="", code=0):
        ended = subprocess.run(
            [self.binary, *words],
            input=text,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
        self.assertEqual(ended.returncode, code, ended.stderr + ended.stdout)
        self.talk = ended.stderr
        return ended.stdout

    def set_up_values(self):
        self.geartrain("connection", "set", "warehouse", "--uri", "-", text=URI + "\n")
        self.geartrain("variable", "set", "bucket", "s3://sales")

    def home_bytes(self):
        home = self.folder / ".geartrain"
        return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


class ConnectionTest(ValueCase):
    def test_parts_can_be_read_and_secrets_only_when_asked_for(self):
        self.set_up_values()
        shown = json.loads(self.geartrain("connection", "show", "warehouse", "--json"))
        self.assertEqual(
            [shown[key] for key in ["kind", "host", "port", "user", "path", "secrets"]],
            ["postgres", "db.example", 5432, "reader", "sales", ["password", "options.sslmode"]],
        )
        self.assertNotIn("hunter2", json.dumps(shown))
        self.assertNotIn("hunter2", self.geartrain("connection", "show", "warehouse"))
        revealed = json.loads(
            self.geartrain("connection", "show", "warehouse", "--reveal", "--json")
        )
        self.assertEqual(revealed["password"], "hunter2@home")
        self.assertEqual(revealed["uri"], URI)

    def test_nothing_secret_is_in_the_home(self):
        self.set_up_values()
        self.geartrain("variable", "set", "token", "-", "--secret", text="sesame-0123456789")
        self.geartrain("run")
        for secret in [b"hunter2", b"sesame-0123456789", b"sslmode=require"]:
            self.assertNotIn(secret, self.home_bytes())
        log = self.geartrain("logs", "latest", "count")
        self.assertIn("db.example *** ***", log)
        self.assertNotIn("hunter2", log)

    def test_parts_are_changed_one_by_one(self):
        self.set_up_values()
        self.geartrain("connection", "set", "warehouse", "--password", "-", text="other/pw\n")
        self.geartrain("connection", "set", "warehouse", "--host", "new", "--option", "sslmode=")
        shown = json.loads(self.geartrain("connection", "show", "warehouse", "--reveal", "--json"))
        self.assertEqual(shown["uri"], "postgres://reader:other%2Fpw@new:5432/sales")
        self.assertEqual(shown["revision"], 3)

    def test_a_password_on_the_command_line_is_refused(self):
        self.geartrain(
            "connection", "set", "x", "--kind", "http", "--password", "hunter2", code=2
        )
        self.assertNotIn("hunter2", self.talk)
        self.geartrain("connection", "set", "x", "--uri", "http://u:hun/ter2@h", code=2)
        self.assertIn("character 10 of the URI", self.talk)
        self.assertNotIn("ter2", self.talk)

    def test_hostile_names_and_values(self):
        for name in ["../x", "a b", "x" * 200, "a\nb", "é"]:
            self.geartrain("connection", "set", "--uri", "http://h", "--", name, code=2)
            self.geartrain("variable", "set", "--", name, "1", code=2)
        big = "x" * (64 * 1024)
        self.geartrain("variable", "set", "big", "-", text=big)
        self.assertEqual(self.geartrain("variable", "get", "big"), big + "\n")
        self.geartrain("variable", "set", "big", "-", text=big + "x", code=2)
        self.geartrain("connection", "set", "big", "--uri", "-", text="http://u:" + big + "@h", code=2)
        self.assertIn("64 KiB", self.talk)
        password = "x" * (60 * 1024)
        self.geartrain("connection", "set", "warehouse", "--uri", "-", text=f"pg://u:{password}@h")
        self.geartrain("variable", "set", "bucket", "--", "-b; rm -rf /")
        self.geartrain("run")
        self.assertIn("h *** ***", self.geartrain("logs", "latest", "count"))

    def test_the_key_file_is_for_nobody_else(self):
        self.set_up_values()
        key = self.folder / ".geartrain/sealing-key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        key.chmod(0o644)
        self.geartrain("connection", "show", "warehouse", "--reveal", code=6)
        self.assertIn("chmod 600", self.talk)
        key.chmod(0o600)
        before = key.read_text()
        key.write_text("garbage\n")
        self.geartrain("connection", "show", "warehouse", "--reveal", code=2)
        self.assertNotIn("garbage", self.talk)
        self.geartrain("run", code=1)
        self.assertIn("a line that is no key", self.talk)
        key.unlink()
        self.geartrain("connection", "list")
        self.geartrain("variable", "get", "bucket")
        self.geartrain("run", code=1)
        self.assertIn("was sealed with a key that is not in", self.talk)
        self.assertFalse(key.exists())
        key.write_text(before)
        key.chmod(0o600)
        self.geartrain("run")

    def test_a_key_is_exchanged(self):
        self.set_up_values()
        key = self.folder / ".geartrain/sealing-key"
        before = key.read_text()
        changed = json.loads(self.geartrain("key", "rotate", "--json"))
        self.assertEqual((changed["sealed"], changed["unopened"]), (1, 0))
        self.assertNotEqual(key.read_text(), before)
        self.geartrain("run")
        key.unlink()
        self.geartrain("key", "rotate", code=1)
        self.geartrain("key", "rotate", "--lost")
        self.geartrain("connection", "set", "warehouse", "--uri", "-", text=URI)
        self.geartrain("run")

    def test_the_setting_puts_the_key_elsewhere(self):
        self.environment["GEARTRAIN_KEY_FILE"] = str(self.folder / "elsewhere")
        self.set_up_values()
        self.assertTrue((self.folder / "elsewhere").exists())
        self.assertFalse((self.folder / ".geartrain/sealing-key").exists())
        self.geartrain("key", "rotate")
        self.assertEqual(len((self.folder / "elsewhere").read_text().splitlines()), 2)
        self.geartrain("run")

    def test_those_of_airflow_are_taken_and_given_back(self):
        exported = {
            "lake": "aws://?region_name=eu-central-1",
            "crm": {
                "conn_type": "http",
                "description": None,
                "host": "crm.example",
                "login": "bot",
                "password": "pw-0123456789",
                "port": 443,
                "schema": "v1",
                "extra": '{"timeout": 5}',
            },
        }
        (self.folder / "all.json").write_text(json.dumps(exported))
        self.geartrain("connection", "import", "all.json")
        self.assertNotIn("pw-0123456789", self.geartrain("connection", "export"))
        back = json.loads(self.geartrain("connection", "export", "--reveal"))
        self.assertEqual(back["crm"]["extra"], {"timeout": 5})
        self.assertEqual(back["crm"]["password"], "pw-0123456789")
        self.assertEqual(back["lake"]["extra"], {"region_name": "eu-central-1"})
        self.geartrain("connection", "import", "-", text="A=http://h\n# note\n\nB=pg://u@h\n")
        names = self.geartrain("connection", "list", "-o", "name").split()
        self.assertEqual(names, ["A", "B", "crm", "lake"])
        # All or none.
        self.geartrain("connection", "import", "-", text="C=http://h\nD=nothing\n", code=2)
        self.assertIn("connection D", self.talk)
        self.assertEqual(len(self.geartrain("connection", "list", "-o", "name").split()), 4)
        self.geartrain("variable", "import", "-", text='{"a": "x", "b": {"c": [1]}}')
        self.assertEqual(self.geartrain("variable", "get", "b"), '{"c":[1]}\n')

    def test_a_home_that_cannot_be_written_is_read(self):
        self.set_up_values()
        if os.geteuid() == 0:
            self.skipTest("root writes everywhere")
        home = self.folder / ".geartrain"
        home.chmod(0o500)
        self.addCleanup(home.chmod, 0o700)
        self.geartrain("connection", "show", "warehouse", "--reveal")
        self.geartrain("connection", "set", "warehouse", "--host", "x", code=6)


class StepTest(ValueCase):
    def test_a_change_repeats_what_uses_it_and_a_password_does_not(self):
        self.set_up_values()
        self.geartrain("run")
        self.geartrain("run")
        self.assertEqual(self.states(), {"count": "cached"})
        self.geartrain("connection", "set", "warehouse", "--password", "-", text="hunter2-again!")
        self.geartrain("run")
        self.assertEqual(self.states(), {"count": "cached"})
        self.geartrain("variable", "set", "bucket", "s3://other")
        self.geartrain("run")
        self.assertEqual(self.states(), {"count": "succeeded"})
        self.assertIn("BUCKET", self.geartrain("why", "latest", "count"))
        self.geartrain("connection", "set", "warehouse", "--host", "db2.example")
        self.geartrain("run")
        self.assertEqual(self.states(), {"count": "succeeded"})
        self.assertIn("postgres://reader@db2.e", self.geartrain("why", "latest", "count"))
        self.assertNotIn("hunter2", self.geartrain("why", "latest", "count", "--facts"))

    def test_a_name_that_nobody_set_fails_the_step_before_it_starts(self):
        self.geartrain("check")
        self.geartrain("run", code=1)
        self.assertIn("there is no connection warehouse", self.talk)
        self.assertIn("geartrain connection set warehouse", self.talk)
        self.set_up_values()
        self.geartrain("run")

    def test_check_warns_of_names_that_nobody_set(self):
        out = self.geartrain("check")
        self.assertIn("there is no connection `warehouse` here yet", out)
        self.assertIn("there is no variable `bucket` here yet", out)
        self.environment["AIRFLOW_CONN_WAREHOUSE"] = "http://h"
        self.environment["GEARTRAIN_VARIABLE_BUCKET"] = "b"
        self.assertNotIn("here yet", self.geartrain("check"))

    def test_the_environment_counts_more_and_steps_do_not_see_it_unasked(self):
        self.set_up_values()
        self.environment["GEARTRAIN_CONNECTION_WAREHOUSE"] = "pg://u:from-environment@other"
        self.environment["GEARTRAIN_CONNECTION_REST"] = "pg://u:not-asked-for@other"
        self.geartrain("run")
        self.assertIn("other *** ***", self.geartrain("logs", "latest", "count"))
        self.pipeline("steps: {a: {run: env}}")
        self.geartrain("run")
        self.assertNotIn("not-asked-for", self.geartrain("logs", "latest", "a"))
        self.assertNotIn("GEARTRAIN_CONNECTION", self.geartrain("logs", "latest", "a"))

    def test_members_of_json_and_secret_variables(self):
        self.pipeline(
            """steps:
  a:
    env: {TOKEN: "${{ variables.token }}"}
    run: echo ${{ variables.limits.regions[1] }} $TOKEN ${#TOKEN}
"""
        )
        self.geartrain("variable", "set", "limits", '{"regions": ["eu", "us"]}', "--value-json")
        self.geartrain("variable", "set", "token", "-", "--secret", text="sesame-0123456789\n")
        self.geartrain("run")
        self.assertIn("us *** 17", self.geartrain("logs", "latest", "a"))
        self.geartrain("variable", "get", "token", code=6)
        revealed = self.geartrain("variable", "get", "token", "--reveal")
        self.assertEqual(revealed, "sesame-0123456789\n")

    def test_a_run_that_repeats_nothing_sees_a_changed_variable(self):
        # Of so many tasks the run is found as a whole.
        self.pipeline(
            """steps:
  a:
    matrix: {i: "${{ range(30) }}"}
    run: echo ${{ variables.bucket }} ${{ matrix.i }} >${{ outputs.x }}
    outputs: {x: {path: x}}
    code: [pipeline.yaml]
"""
        )
        self.set_up_values()
        self.geartrain("run")
        self.geartrain("run")
        self.geartrain("variable", "set", "bucket", "s3://other")
        self.geartrain("run")
        self.assertEqual({task["state"] for task in self.shown()["tasks"]}, {"succeeded"})

    def test_where_nothing_outside_can_be_seen(self):
        self.pipeline("steps: {a: {run: x, if: \"variables.a == 'x'\"}}")
        out = self.geartrain("check", code=8)
        self.assertIn("`variables` cannot be used in `if`", out)
        self.assertIn("variables are for `env` and `run`", out)


class ApiTest(ApiCase):
    def put(self, path, body, **fields):
        return self.ask("PUT", "/api/v1/" + path, body, **fields)

    def test_secrets_are_written_and_never_read(self):
        self.pipeline("steps: {a: {run: echo}}")
        self.serve()
        made = self.put("connections/warehouse", {"uri": URI})
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(made.json()["secrets"], ["password", "options.sslmode"])
        self.assertEqual(self.put("variables/token", {"value": "sesame", "secret": True}).status, 201)
        self.assertEqual(self.put("variables/limits", {"value": {"rows": 1}}).status, 201)
        for path in [
            "connections",
            "connections/warehouse",
            "variables",
            "variables/token",
        ]:
            answer = self.ask("GET", "/api/v1/" + path)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertNotIn(b"hunter2", answer.body)
            self.assertNotIn(b"sesame", answer.body)
        limits = self.ask("GET", "/api/v1/variables/limits").json()
        self.assertEqual((limits["kind"], limits["value"]), ("json", {"rows": 1}))
        self.assertEqual(self.ask("DELETE", "/api/v1/connections/warehouse").status, 204)
        self.assertEqual(self.ask("GET", "/api/v1/connections/warehouse").status, 404)

    def test_changes_depend_on_what_is_there(self):
        self.pipeline("steps: {a: {run: echo}}")
        self.serve()
        first = self.put("variables/x", {"value": "1"}, If_None_Match="*")
        self.assertEqual(first.status, 201)
        self.assertEqual(self.put("variables/x", {"value": "2"}, If_None_Match="*").status, 412)
        tag = first.headers["ETag"]
        self.assertEqual(
            self.ask("GET", "/api/v1/variables/x", If_None_Match=tag).status, 304
        )
        second = self.put("variables/x", {"value": "2"}, If_Match=tag)
        self.assertEqual(second.status, 200)
        self.assertNotEqual(second.headers["ETag"], tag)
        self.assertEqual(self.put("variables/x", {"value": "3"}, If_Match=tag).status, 412)
        self.assertEqual(
            self.ask("DELETE", "/api/v1/variables/x", If_Match=tag).status, 412
        )
        # Also what cannot be seen changes it.
        made = self.put("connections/c", {"uri": "pg://u:a@h"}).headers["ETag"]
        self.assertNotEqual(self.put("connections/c", {"uri": "pg://u:b@h"}).headers["ETag"], made)

    def test_what_is_wrong_is_told_without_the_text(self):
        self.pipeline("steps: {a: {run: echo}}")
        self.serve()
        for body in [{}, {"uri": "pg://u:hun/ter2@h"}, {"kind": "pg", "port": 0}, {"kind": 1}]:
            answer = self.put("connections/x", body)
            self.assertEqual(answer.status, 400, answer.body)
            self.assertNotIn(b"ter2", answer.body)
        self.assertEqual(self.put("connections/no%20name", {"uri": "pg://h"}).status, 400)
        self.assertEqual(self.put("variables/x", {}).status, 400)
        self.assertEqual(self.put("variables/x", {"value": 1, "secret": True}).status, 400)
        self.assertEqual(self.put("variables/x?project=a.b", {"value": 1}).status, 400)


class ServerTest(PushCase):
    def feed(self, text, *words, code=0):
        ended = subprocess.run(
            [self.binary, *words, "--server", self.url()],
            input=text,
            cwd=self.project,
            env=dict(os.environ, NO_COLOR="1"),
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
        self.assertEqual(ended.returncode, code, ended.stderr + ended.stdout)
        return ended.stdout

    def test_pushed_projects_have_their_own_and_read_them_anew(self):
        self.serve()
        self.write(
            "pipeline.yaml",
            "name: hello\nsteps: {say: {run: 'echo ${{ variables.word }} $GEARTRAIN_CONNECTION_DB', "
            "connections: [db]}}\n",
        )
        self.push()
        self.remote("variable", "set", "word", "mine")
        self.remote("variable", "set", "word", "theirs", "--pushed", "hello-world")
        self.feed("pg://u:hunter2-hunter2@h", "connection", "set", "db", "--uri", "-")
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertEqual(run["state"], "failed")
        self.assertIn("there is no connection db of project hello-world", json.dumps(run))
        self.assertIn("--pushed hello-world", json.dumps(run))
        (self.project / "all.env").write_text("db=pg://u:hunter2-hunter2@h\n")
        self.remote("connection", "import", "all.env", "--pushed", "hello-world")
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertEqual(run["state"], "succeeded", run)
        self.assertIn("theirs ***", self.remote("logs", run["name"], "say"))
        self.remote("variable", "set", "word", "anew", "--pushed", "hello-world")
        run = self.end_of(self.begin("hello-world.hello"))
        self.assertIn("anew ***", self.remote("logs", run["name"], "say"))

    def test_who_only_looks_is_shown_no_secret(self):
        self.serve()
        self.feed(URI, "connection", "set", "db", "--uri", "-")
        token = self.remote("token", "create", "looks", "--scope", "read").strip()
        look = dict(os.environ, NO_COLOR="1", GEARTRAIN_TOKEN=token)

        def remote(*words):
            process = self.start(*words, "--server", self.url(), cwd=self.project, env=look)
            out, talk = process.communicate(timeout=SECONDS_MAX)
            return process.returncode, out, talk

        code, out, talk = remote("connection", "show", "db", "--json")
        self.assertEqual(code, 0, talk)
        self.assertNotIn("hunter2", out)
        for words in [
            ("connection", "show", "db", "--reveal"),
            ("connection", "show", "--reveal=true", "db"),
            ("connection", "export", "--reveal"),
            ("connection", "remove", "db"),
            ("variable", "set", "a", "b"),
        ]:
            code, out, talk = remote(*words)
            self.assertEqual(code, 6, talk)
            self.assertIn("needs the scope admin", talk)

    def test_a_file_of_the_server_is_not_read(self):
        self.serve()
        answer = self.ask(
            "POST", "/api/v1/commands", {"words": ["connection", "import", "secrets.env"]}
        )
        self.assertEqual(answer.status, 400, answer.body)


if __name__ == "__main__":
    unittest.main()
