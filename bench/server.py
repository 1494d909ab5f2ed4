"""What `geartrain up` costs: beginning runs by its API, and waiting for their time."""

import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import threading
import time
from pathlib import Path

from measure import Failed, clean_environment, milliseconds

MEBI = 1 << 20
STARTS = 10
TRIGGERS = 50
SUSTAINED_SECONDS = 5
IDLE_SECONDS = 10
CLIENTS = 4
SCHEDULED = 1000
WAITING = 10_000
COMMITTER = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]


# What stands behind each row.
ROUNDS = f"{STARTS} starts, {TRIGGERS} triggers, {SUSTAINED_SECONDS} s of runs, {IDLE_SECONDS} s at rest"


class Server:
    """One that was started in a folder with pipelines; use it as a context."""

    def __init__(self, geartrain, folder):
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [geartrain, "up", "--listen", "127.0.0.1:0"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            text=True,
        )
        self.port = None
        for line in self.process.stderr:
            if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        if self.port is None:
            raise Failed(f"geartrain up did not begin to listen in {folder}")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def memory_bytes(self):
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(connection, method, path, body=None):
    connection.request(method, path, body=body)
    response = connection.getresponse()
    text = response.read()
    if response.status >= 300:
        raise Failed(f"{method} {path}: {response.status} {text.decode()}")
    return json.loads(text)


class ServerRows:
    def __init__(self, geartrain, folder):
        self.geartrain, self.folder = geartrain, Path(folder)
        self.count = 0

    def fresh_folder(self, text):
        self.count += 1
        folder = self.folder / f"server-{self.count}"
        folder.mkdir()
        (folder / "pipeline.yaml").write_text(text)
        # As projects are: git is asked for the files and the commit of each run.
        for command in (["init", "-q"], ["add", "."], [*COMMITTER, "commit", "-q", "-m", "one"]):
            subprocess.run(["git", "-C", folder, *command], check=True, env=clean_environment())
        return folder

    def rows(self):
        yield self.ready()
        yield from self.one_pipeline()
        yield from self.many_schedules()
        yield from self.many_waits()

    def ready(self):
        seconds = []
        folder = self.fresh_folder("name: one\nsteps: {a: {run: ['true']}}\n")
        for _ in range(STARTS):
            with Server(self.geartrain, folder) as server:
                ask(server.connection(), "GET", "/ready")
                seconds.append(time.perf_counter() - server.started)
        return "start to ready", milliseconds(statistics.median(seconds)), "", "", "50 ms"

    def one_pipeline(self):
        folder = self.fresh_folder("name: one\nsteps: {a: {run: [date, '+%s%N']}}\n")
        with Server(self.geartrain, folder) as server:
            connection = server.connection()
            started = sorted(self.until_noted(connection) for _ in range(TRIGGERS))
            middle, late = statistics.median(started), started[int(TRIGGERS * 0.95)]
            yield "POST to first step started, median", milliseconds(middle), "", "", "5 ms"
            yield "POST to first step started, 95th percentile", milliseconds(late), "", "", ""
        folder = self.fresh_folder("name: one\nsteps: {a: {run: ['true']}}\n")
        with Server(self.geartrain, folder) as server:
            time.sleep(1)
            memory = server.memory_bytes() / MEBI
            yield "memory at rest", f"{memory:.1f} MiB", "", "", "20 MiB"
            yield "one-step runs a second, sustained", f"{self.sustained(server):,.0f}", "", "", "200 or more"

    @staticmethod
    def until_noted(connection):
        """Until the step's program, which is a clock, has noted the time."""
        before = time.time_ns()
        run = ask(connection, "POST", "/api/v1/pipelines/one/runs")["id"]
        while ask(connection, "GET", f"/api/v1/runs/{run}")["state"] != "succeeded":
            time.sleep(0.005)
        noted = int(ask(connection, "GET", f"/api/v1/runs/{run}/tasks/a/log"))
        time.sleep(0.02)
        return (noted - before) / 1e9

    @staticmethod
    def sustained(server):
        """Of several clients that begin runs as fast as they are answered, until the last has ended."""
        until = time.perf_counter() + SUSTAINED_SECONDS
        begun = [0] * CLIENTS

        def begin(client):
            connection = server.connection()
            while time.perf_counter() < until:
                ask(connection, "POST", "/api/v1/pipelines/one/runs")
                begun[client] += 1

        start = time.perf_counter()
        threads = [threading.Thread(target=begin, args=[client]) for client in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        connection = server.connection()
        while any(
            ask(connection, "GET", f"/api/v1/runs?state={state}&limit=1")["runs"]
            for state in ("queued", "running")
        ):
            time.sleep(0.01)
        return sum(begun) / (time.perf_counter() - start)

    def many_schedules(self):
        folder = self.fresh_folder("name: one\nsteps: {a: {run: ['true']}}\n")
        (folder / "pipelines").mkdir()
        for number in range(SCHEDULED - 1):
            (folder / f"pipelines/p{number}.yaml").write_text(
                f"name: p{number}\ntriggers: {{t: {{schedule: '{number % 60} 3 1 1 *'}}}}\n"
                "steps: {a: {run: ['true']}}\n"
            )
        with Server(self.geartrain, folder) as server:
            time.sleep(2)
            before = server.cpu_seconds()
            time.sleep(IDLE_SECONDS)
            share = (server.cpu_seconds() - before) / IDLE_SECONDS
            memory = server.memory_bytes() / MEBI
            yield "1,000 scheduled pipelines at rest: CPU", f"{share:.2%} of a core", "", "", "1 %"
            yield "1,000 scheduled pipelines at rest: memory", f"{memory:.1f} MiB", "", "", "60 MiB"

    def many_waits(self):
        folder = self.fresh_folder(
            "name: one\nsteps:\n  arrives:\n"
            f"    matrix: {{n: '${{{{ range({WAITING}) }}}}'}}\n"
            "    wait: {file: 'incoming/${{ matrix.n }}.csv'}\n"
        )
        with Server(self.geartrain, folder) as server:
            time.sleep(1)
            memory = server.memory_bytes()
            ask(server.connection(), "POST", "/api/v1/pipelines/one/runs")
            while self.waiting(folder) < WAITING:
                time.sleep(0.1)
            time.sleep(1)
            grown = (server.memory_bytes() - memory) / MEBI
            before = server.cpu_seconds()
            time.sleep(IDLE_SECONDS)
            share = (server.cpu_seconds() - before) / IDLE_SECONDS
            yield "10,000 steps that wait for a file: memory more", f"{grown:.1f} MiB", "", "", "40 MiB"
            yield "10,000 steps that wait for a file: CPU", f"{share:.2%} of a core", "", "", "1 %"

    def waiting(self, folder):
        """Asked of another process: to tell of so many tasks takes memory, too."""
        command = [self.geartrain, "show", "latest", "--json"]
        shown = subprocess.run(command, cwd=folder, capture_output=True, env=clean_environment())
        tasks = json.loads(shown.stdout)["tasks"] if shown.returncode == 0 else []
        return sum(task["state"] == "deferred" for task in tasks)
