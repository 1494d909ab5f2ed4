"""Airflow beside `geartrain up`: its scheduler, API server and DAG processor, LocalExecutor, SQLite."""

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import time
from pathlib import Path

from measure import Failed, clean_environment, milliseconds
from server import MEBI, Server, ask
from tools import environment_of

CHAIN, FAN = 40, 200
TRIGGERS = 5
IDLE_SECONDS = 20
START_SECONDS_MAX = 180
RUN_SECONDS_MAX = 900

# What stands behind each row.
ROUNDS = f"1 start, {TRIGGERS} triggers, 1 chain and 1 fan-out, {IDLE_SECONDS} s at rest; times from the request"

HEADER = "| what | Geartrain | Airflow | times |\n|---|---:|---:|---:|"
REQUIREMENTS = Path(__file__).resolve().parent / "requirements/airflow.txt"

DAGS = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("one", schedule=None):
    BashOperator(task_id="a", bash_command="date +%s%N > {folder}/noted")

with DAG("chain", schedule=None):
    before = None
    for number in range({chain}):
        task = BashOperator(task_id=f"s{{number}}", bash_command="true")
        if before:
            before >> task
        before = task

with DAG("fan", schedule=None, max_active_tasks=1000):
    first, last = (BashOperator(task_id=name, bash_command="true") for name in ("first", "last"))
    first >> [BashOperator(task_id=f"s{{number}}", bash_command="true") for number in range({fan})] >> last
"""


def version():
    return "Airflow " + REQUIREMENTS.read_text().strip().rpartition("==")[2]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Airflow:
    """Use it as a context: it is ready when the context begins."""

    def __init__(self, folder, install):
        self.programs = environment_of("airflow", install)
        self.folder = folder
        (folder / "dags").mkdir(parents=True)
        (folder / "dags/bench.py").write_text(DAGS.format(folder=folder, chain=CHAIN, fan=FAN))
        self.port = free_port()
        self.environment = clean_environment() | {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
            "AIRFLOW__API_AUTH__JWT_SECRET": "a word of thirty-two letters or more for a bench",
        }
        self.command("db", "migrate")
        self.processes = []

    def command(self, *words):
        done = subprocess.run(
            [self.programs / "airflow", *words], env=self.environment, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Failed(f"airflow {' '.join(words)}: {done.stderr[-500:]}")
        return done.stdout

    def __enter__(self):
        self.started = time.perf_counter()
        for words in (
            ["api-server", "--port", str(self.port), "--host", "127.0.0.1"],
            ["scheduler"],
            ["dag-processor"],
        ):
            log = (self.folder / f"{words[0]}.log").open("w")
            self.processes.append(
                subprocess.Popen(
                    [self.programs / "airflow", *words],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        self.wait(self.is_ready, START_SECONDS_MAX, "to be ready")
        self.ready_seconds = time.perf_counter() - self.started
        self.token = self.ask("GET", "/auth/token", token=False)["access_token"]
        self.wait(lambda: self.has_dags(), START_SECONDS_MAX, "to know the DAGs")
        return self

    def __exit__(self, *_):
        # Workers outlive their scheduler.
        children = [int(folder.name) for folder, _ in self.pids()]
        for process in self.processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def wait(self, holds, seconds_max, what):
        until = time.perf_counter() + seconds_max
        while time.perf_counter() < until:
            for process in self.processes:
                if process.poll() is not None:
                    raise Failed(f"a part of Airflow ended: {process.args}")
            try:
                if holds():
                    return
            except (OSError, http.client.HTTPException, Failed):
                pass
            time.sleep(0.05)
        raise Failed(f"Airflow takes more than {seconds_max} s {what}")

    def ask(self, method, path, body=None, token=True):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status >= 300:
            raise Failed(f"{method} {path}: {response.status} {text[:300]}")
        return json.loads(text)

    def is_ready(self):
        health = self.ask("GET", "/api/v2/monitor/health", token=False)
        return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    def has_dags(self):
        return self.ask("GET", "/api/v2/dags")["total_entries"] == 3

    def begin(self, dag):
        return self.ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"]

    def finish(self, dag, run):
        def is_done():
            state = self.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["state"]
            if state == "failed":
                raise SystemExit(f"bench: Airflow failed {dag}")
            return state == "success"

        self.wait(is_done, RUN_SECONDS_MAX, f"for {dag}")

    def first_step(self):
        noted = self.folder / "noted"
        noted.unlink(missing_ok=True)
        before = time.time_ns()
        self.finish("one", self.begin("one"))
        return (int(noted.read_text()) - before) / 1e9

    def whole(self, dag):
        before = time.perf_counter()
        self.finish(dag, self.begin(dag))
        return time.perf_counter() - before

    def pids(self):
        groups = {str(process.pid) for process in self.processes}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if fields[2] in groups or fields[3] in groups:
                yield stat.parent, fields

    def memory_bytes(self):
        """Pages that processes share count once."""
        total = 0
        for folder, _ in self.pids():
            try:
                lines = (folder / "smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def cpu_seconds(self):
        ticks = sum(int(fields[11]) + int(fields[12]) for _, fields in self.pids())
        return ticks / os.sysconf("SC_CLK_TCK")


def own_pipelines(folder):
    (folder / "pipelines").mkdir()
    chain = "".join(
        f"  s{number}: {{run: ['true']{', needs: s' + str(number - 1) if number else ''}}}\n" for number in range(CHAIN)
    )
    fan = "".join(f"  s{number}: {{run: ['true'], needs: first}}\n" for number in range(FAN))
    names = ", ".join(f"s{number}" for number in range(FAN))
    files = {
        "one": "  a: {run: [date, '+%s%N']}\n",
        "chain": chain,
        "fan": f"  first: {{run: ['true']}}\n{fan}  last: {{run: ['true'], needs: [{names}]}}\n",
    }
    for name, steps in files.items():
        (folder / f"pipelines/{name}.yaml").write_text(f"name: {name}\ndefaults: {{cache: false}}\nsteps:\n{steps}")


class Own:
    """The same of Geartrain."""

    def __init__(self, geartrain, folder):
        folder.mkdir()
        own_pipelines(folder)
        self.server = Server(geartrain, folder)
        ask(self.server.connection(), "GET", "/ready")
        self.ready_seconds = time.perf_counter() - self.server.started

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *how):
        self.server.__exit__(*how)

    def finish(self, name):
        connection = self.server.connection()
        run = ask(connection, "POST", f"/api/v1/pipelines/{name}/runs")["id"]
        while (state := ask(connection, "GET", f"/api/v1/runs/{run}")["state"]) != "succeeded":
            if state == "failed":
                raise Failed(f"{name} failed")
            time.sleep(0.005)
        return connection, run

    def first_step(self):
        before = time.time_ns()
        connection, run = self.finish("one")
        return (int(ask(connection, "GET", f"/api/v1/runs/{run}/tasks/a/log")) - before) / 1e9

    def whole(self, name):
        before = time.perf_counter()
        self.finish(name)
        return time.perf_counter() - before

    def memory_bytes(self):
        return self.server.memory_bytes()

    def cpu_seconds(self):
        return self.server.cpu_seconds()


def measured(side):
    with side:
        first = [side.first_step() for _ in range(TRIGGERS)]
        seconds = {
            "start to ready": side.ready_seconds,
            "request to first step started, median": statistics.median(first),
            f"chain of {CHAIN}": side.whole("chain"),
            f"fan-out of {FAN}": side.whole("fan"),
        }
        time.sleep(5)
        before = side.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        cpu = (side.cpu_seconds() - before) / IDLE_SECONDS
        return seconds, side.memory_bytes(), cpu


def rows(geartrain, folder, install):
    """For each what it is, ours, Airflow's, how many times that is."""
    folder = Path(folder)
    airflow = Airflow(folder / "airflow", install)
    ours, our_memory, our_cpu = measured(Own(geartrain, folder / "own"))
    theirs, their_memory, their_cpu = measured(airflow)
    for name, seconds in ours.items():
        yield name, milliseconds(seconds), milliseconds(theirs[name]), f"{theirs[name] / seconds:,.0f}"
    ratio = their_memory / our_memory
    yield "memory at rest", f"{our_memory / MEBI:.1f} MiB", f"{their_memory / MEBI:,.0f} MiB", f"{ratio:,.0f}"
    yield "processor at rest", f"{our_cpu:.2%} of a core", f"{their_cpu:.1%} of a core", ""
