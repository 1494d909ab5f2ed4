"""What a server gives besides runs: logs that are followed, TLS, tokens of attempts."""

import http.client
import json
import os
import re
import socket
import ssl
import threading
import unittest
from pathlib import Path

from api_client import ApiCase
from command_line import SECONDS_MAX

CERTIFICATES = Path(__file__).resolve().parent / "certificates"
TLS = [
    "--tls-certificate",
    str(CERTIFICATES / "localhost.pem"),
    "--tls-key",
    str(CERTIFICATES / "localhost.key"),
]
TALKS = """name: p
steps:
  say:
    run: |
      echo first
      echo > %(folder)s/begun
      read -r word < %(folder)s/go
      echo second
      echo > %(folder)s/begun
      read -r word < %(folder)s/go
      echo third
"""


class FollowedLogTest(ApiCase):
    def follow(self, **fields):
        connection = self.connection()
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request("GET", "/api/v1/runs/p/1/tasks/say/log?follow=true", headers=headers)
        return connection.getresponse()

    def test_a_log_that_is_followed_goes_on_as_it_is_written_and_ends(self):
        self.pipeline(TALKS % {"folder": self.folder})
        self.serve()
        self.post("/api/v1/pipelines/p/runs")
        (self.folder / "begun").read_text()
        log = self.follow()
        self.assertEqual(log.status, 200)
        self.assertEqual(log.readline(), b"first\n")
        (self.folder / "go").write_text("on\n")
        self.assertEqual(log.readline(), b"second\n")
        (self.folder / "begun").read_text()
        late = self.follow(Range="bytes=6-")
        self.assertEqual(late.readline(), b"second\n")
        (self.folder / "go").write_text("on\n")
        self.assertEqual(log.read(), b"third\n")
        self.assertEqual(late.read(), b"third\n")

    def test_a_log_that_has_ended_is_followed_to_its_end_at_once(self):
        self.pipeline("name: p\nsteps: {say: {run: seq 100000}}\n")
        self.serve()
        self.ended(self.post("/api/v1/pipelines/p/runs").json()["id"])
        lines = self.follow().read().split()
        self.assertEqual((len(lines), lines[-1]), (100000, b"100000"))

    def test_a_follower_that_does_not_read_holds_up_nobody(self):
        self.pipeline("name: p\nsteps: {say: {run: seq 3000000}}\n")
        self.serve()
        run = self.post("/api/v1/pipelines/p/runs").json()
        slow = socket.create_connection(("127.0.0.1", self.port))
        self.addCleanup(slow.close)
        slow.sendall(
            b"GET /api/v1/runs/p/1/tasks/say/log?follow=true HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\n\r\n" % self.port
        )
        self.assertEqual(self.ended(run["id"])["state"], "succeeded")
        self.assertEqual(self.follow().read().split()[-1], b"3000000")


class TlsTest(ApiCase):
    def serve_tls(self, address="127.0.0.1:0"):
        up = self.start("up", "--listen", address, *TLS)
        self.talk = ""
        while not (found := re.search(r"listening on https://(\S+):(\d+)", self.talk)):
            line = up.stderr.readline()
            self.assertTrue(line, self.talk)
            self.talk += line
        self.token = re.search(r"shown this once: (\S+)", self.talk)[1]
        threading.Thread(target=self.read_talk, args=[up.stderr], daemon=True).start()
        self.port = int(found[2])
        return up

    def ask_tls(self, path, host="localhost", **headers):
        context = ssl.create_default_context(cafile=CERTIFICATES / "localhost.pem")
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=SECONDS_MAX, context=context
        )
        self.addCleanup(connection.close)
        connection.request("GET", path, headers={"Host": f"{host}:{self.port}", **headers})
        response = connection.getresponse()
        return response.status, response.read()

    def test_a_server_with_a_certificate_speaks_tls_and_nothing_else(self):
        self.pipeline("name: p\nsteps: {a: {run: 'true'}}\n")
        self.serve_tls()
        status, body = self.ask_tls("/api/v1/pipelines")
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(body)["pipelines"][0]["name"], "p")
        plain = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_MAX)
        self.addCleanup(plain.close)
        with self.assertRaises((http.client.HTTPException, OSError)):
            plain.request("GET", "/health")
            plain.getresponse()
        self.assertEqual(self.ask_tls("/health")[0], 200)

    def test_it_is_called_by_the_names_of_its_certificate(self):
        self.serve_tls()
        self.assertEqual(self.ask_tls("/health", host="trains.test")[0], 200)
        self.assertEqual(self.ask_tls("/health", host="evil.test")[0], 403)

    def test_with_tls_it_listens_to_other_machines_too(self):
        self.serve_tls("0.0.0.0:0")
        self.assertEqual(self.ask_tls("/api/v1/runs")[0], 200)
        bearer = {"Authorization": f"Bearer {self.token}"}
        self.assertEqual(self.ask_tls("/api/v1/runs", **bearer)[0], 200)

    def test_commands_reach_it_by_its_authority(self):
        self.serve_tls()
        url = f"https://localhost:{self.port}"
        environment = dict(
            os.environ, GEARTRAIN_CA_FILE=str(CERTIFICATES / "localhost.pem"), NO_COLOR="1"
        )
        code, out, talk = self.run_to_end("runs", "--json", "--server", url, env=environment)
        self.assertEqual((code, json.loads(out or "null")), (0, []), talk)
        code, _, talk = self.run_to_end("runs", "--server", url)
        self.assertEqual(code, 6, talk)
        self.assertIn("certificate", talk)

    def test_large_answers_and_bodies_go_through(self):
        self.pipeline("name: p\nsteps: {say: {run: seq 400000}}\n")
        self.serve_tls()
        url = f"https://localhost:{self.port}"
        environment = dict(
            os.environ, GEARTRAIN_CA_FILE=str(CERTIFICATES / "localhost.pem"), NO_COLOR="1"
        )
        code, _, talk = self.run_to_end("run", "--server", url, env=environment)
        self.assertEqual(code, 0, talk)
        status, body = self.ask_tls("/api/v1/runs/p/1/tasks/say/log")
        self.assertEqual((status, body.split()[-1]), (200, b"400000"))

    def test_an_address_of_others_without_tls_is_refused_with_the_way_out(self):
        code, _, talk = self.run_to_end("up", "--listen", "0.0.0.0:0")
        self.assertEqual(code, 6)
        self.assertIn("--tls-certificate", talk)

    def test_a_certificate_that_is_none_or_has_no_key_is_told(self):
        code, _, talk = self.run_to_end("up", "--listen", "127.0.0.1:0", *TLS[:2])
        self.assertEqual(code, 2)
        self.assertIn("--tls-key", talk)
        wrong = ["--tls-certificate", "/dev/null", *TLS[2:]]
        code, _, talk = self.run_to_end("up", "--listen", "127.0.0.1:0", *wrong)
        self.assertEqual(code, 2)
        self.assertIn("/dev/null has no certificate", talk)


class AttemptTokenTest(ApiCase):
    PIPELINE = """name: p
steps:
  ask:
    run: |
      echo "token $GEARTRAIN_API_TOKEN"
      echo "$GEARTRAIN_API_URL $GEARTRAIN_API_TOKEN" > %(folder)s/begun
      read -r word < %(folder)s/go
"""

    def test_an_attempt_reaches_its_own_run_and_nothing_else_until_it_has_ended(self):
        self.pipeline(self.PIPELINE % {"folder": self.folder})
        self.serve()
        run = self.post("/api/v1/pipelines/p/runs").json()
        url, token = (self.folder / "begun").read_text().split()
        self.assertEqual(url, f"http://127.0.0.1:{self.port}")
        bearer = f"Bearer {token}"
        own = f"/api/v1/runs/{run['id']}"
        self.assertEqual(self.get(own, Authorization=bearer).status, 200)
        self.assertEqual(self.get("/api/v1/runs/p/1", Authorization=bearer).status, 200)
        for path in ("/api/v1/runs", "/api/v1/tokens", "/api/v1/runs/nothing/9"):
            self.assertEqual(self.get(path, Authorization=bearer).status, 403, path)
        self.assertEqual(
            self.post("/api/v1/pipelines/p/runs", Authorization=bearer).status, 403
        )
        self.assertEqual(self.get(own, Authorization=bearer + "0").status, 401)
        (self.folder / "go").write_text("on\n")
        self.ended(run["id"])
        self.assertEqual(self.get(own, Authorization=bearer).status, 401)
        log = self.get(f"{own}/tasks/ask/log").body
        self.assertEqual(log, b"token ***\n")


if __name__ == "__main__":
    unittest.main()
