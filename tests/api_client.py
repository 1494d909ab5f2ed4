"""Asks a `geartrain up` that a test has started."""

import http.client
import json
import re
import threading

from command_line import SECONDS_MAX, Case


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Events:
    """The events of a stream as they come: (id, name, data)."""

    def __init__(self, connection):
        self.connection = connection
        self.response = connection.getresponse()
        self.status = self.response.status

    def next(self):
        fields = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if not line and not self.response.isclosed() and fields:
                return fields.get("id"), fields.get("event"), json.loads(fields["data"])
            if not line and self.response.isclosed():
                return None
            if line and not line.startswith(":"):
                name, value = line.split(": ", 1)
                fields[name] = value

    def until(self, wanted):
        """Up to the first for which `wanted(name, data)` holds."""
        seen = []
        while True:
            event = self.next()
            assert event is not None, seen
            seen.append(event)
            if wanted(event[1], event[2]):
                return seen

    def close(self):
        self.connection.close()


class ApiCase(Case):
    def serve(self, *arguments, **options):
        """Returns the process once it listens."""
        up = self.start("up", "--listen", "127.0.0.1:0", *arguments, **options)
        self.talk = ""
        while True:
            line = up.stderr.readline()
            self.assertTrue(line, self.talk)
            self.talk += line
            if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        # Nobody may be kept waiting because nobody reads what it says.
        threading.Thread(target=self.read_talk, args=[up.stderr], daemon=True).start()
        return up

    def read_talk(self, stream):
        try:
            for line in stream:
                self.talk += line
        except ValueError:
            pass

    def connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_MAX)
        self.addCleanup(connection.close)
        return connection

    def ask(self, method, path, body=None, **fields):
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection = self.connection()
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        answer = Answer(response, response.read())
        connection.close()
        return answer

    def get(self, path, **fields):
        return self.ask("GET", path, **fields)

    def post(self, path, body=None, **fields):
        return self.ask("POST", path, body, **fields)

    def events(self, path="/api/v1/events", **fields):
        connection = self.connection()
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request("GET", path, headers=headers)
        return Events(connection)

    def ended(self, run):
        """The run once it has ended, by its events and without asking again and again."""
        events = self.events(f"/api/v1/runs/{run}/events")
        now = self.get(f"/api/v1/runs/{run}").json()
        if now["state"] in ("queued", "running", "paused"):
            events.until(lambda name, data: name == "run" and data["ended_at"])
            now = self.get(f"/api/v1/runs/{run}").json()
        events.close()
        return now
