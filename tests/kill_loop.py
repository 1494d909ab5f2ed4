"""Kill -9 of everything, again and again, while runs go on.

    GEARTRAIN=build/test/geartrain python3 tests/kill_loop.py [SEED [RUNS]]

Runs of one pipeline follow each other in one home. Its steps keep a ledger outside of it: a line when
an execution begins and one when it ends, with the attempt's name and a token that no other execution
has. After some further lines (how many, a seed decides) engine, keeper, nursery, shims or steps are
killed, and whoever is gone is followed by `attach`. In the end ledger and database must agree.
"""

import collections
import json
import os
import random
import signal
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS_MAX = 120
# A step says that it begins, and with which token; what it was given; and that it ends.
STEP = """name=$1 file=$2
shift 2
token=$SRANDOM$SRANDOM
echo "begin $GEARTRAIN_ATTEMPT $name $token" >> ../ledger
for given; do
  echo "took $GEARTRAIN_ATTEMPT $name $(cat "$given")" >> ../ledger
done
case $name-$GEARTRAIN_ATTEMPT in flaky-*-1) exit 3 ;; esac
for ((i = 0; i < 20000; i++)); do :; done
echo $token > "$file"
echo "token=\\"$token\\"" >> "$GEARTRAIN_VALUES"
echo "end $GEARTRAIN_ATTEMPT $name $token" >> ../ledger
"""
PIPELINE = """name: loop
params: {round: {type: integer}}
defaults:
  retry: {limit: 1000, on: [lost, signal, internal, exit]}
  code: [step.sh]
steps:
  first:
    run: [bash, step.sh, first, "${{ outputs.file }}"]
    env: {ROUND: "${{ params.round }}"}
    outputs: &made {file: {path: file}, token: {type: string}}
  kept:
    run: [bash, step.sh, kept, "${{ outputs.file }}"]
    outputs: *made
  flaky:
    run: [bash, step.sh, flaky, "${{ outputs.file }}"]
    outputs: *made
    cache: false
  second:
    run: [bash, step.sh, second, "${{ outputs.file }}", "${{ inputs.x }}"]
    inputs: {x: "${{ steps.first.outputs.file }}"}
    outputs: *made
  each:
    matrix: {i: [0, 1, 2, 3, 4, 5]}
    run: [bash, step.sh, each, "${{ outputs.file }}", "${{ inputs.x }}", "${{ inputs.kept }}"]
    inputs: {x: "${{ steps.second.outputs.file }}", kept: "${{ steps.kept.outputs.file }}"}
    outputs: *made
    env: {ITEM: "${{ matrix.i }}"}
  pair:
    matrix: {j: [0, 1]}
    inputs: {x: "${{ steps.each.outputs.file }}"}
    group:
      steps:
        one:
          run: [bash, step.sh, one, "${{ outputs.file }}", "${{ inputs.x }}"]
          inputs: {x: "${{ inputs.x }}"}
          outputs: *made
          env: {ITEM: "${{ matrix.j }}"}
        two:
          run: [bash, step.sh, two, "${{ outputs.file }}", "${{ inputs.x }}"]
          inputs: {x: "${{ steps.one.outputs.file }}"}
          outputs: *made
finally:
  last:
    run: [bash, step.sh, last, "${{ outputs.file }}"]
    outputs: *made
    cache: false
"""


class Broken(Exception):
    """A law does not hold."""


class Loop:
    def __init__(self, binary, seed):
        self.random = random.Random(seed)
        self.folder = Path(tempfile.mkdtemp(prefix="geartrain-kill-")).resolve()
        # Under a name of its own: so our processes are told from those of other tests.
        self.binary = self.folder / "geartrain-of-this-loop"
        try:
            os.link(binary, self.binary)
        except OSError:
            shutil.copy(binary, self.binary)
        self.project = self.folder / "project"
        self.project.mkdir()
        (self.project / "pipeline.yaml").write_text(PIPELINE)
        (self.project / "step.sh").write_text(STEP)
        self.ledger = self.folder / "ledger"
        self.ledger.touch()
        self.kills = collections.Counter()

    def remove(self):
        for pid in self.processes():
            kill(pid)
        shutil.rmtree(self.folder, ignore_errors=True)

    # What runs.

    def processes(self):
        """Our processes by id: engine, gt-nursery, gt-keeper, gt-shim, gt-undertaker."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                if os.readlink(f"/proc/{entry}/exe") == str(self.binary):
                    found[int(entry)] = Path(f"/proc/{entry}/comm").read_text().strip()
            except OSError:
                pass
        return found

    def start(self, *arguments):
        return subprocess.Popen(
            [self.binary, *arguments],
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, *arguments):
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
        if done.returncode != 0:
            raise Broken(f"{arguments}: {done.stderr}")
        return json.loads(done.stdout)

    def runs(self):
        if not (self.project / ".geartrain/geartrain.db").exists():
            return []
        return self.ask("runs", "--limit", "1000000", "--json")

    # The loop.

    def kill_some(self):
        """Whoever the seed names; what of it is alive."""
        ours = self.processes()
        by_name = collections.defaultdict(list)
        for pid, name in sorted(ours.items()):
            by_name[name if name.startswith("gt-") else "engine"].append(pid)
        steps = [pid for shim in by_name["gt-shim"] for pid in children(shim)]
        victims = self.random.choice(
            [
                by_name["engine"],
                by_name["engine"] + by_name["gt-keeper"],
                by_name["gt-keeper"],
                self.random.sample(by_name["gt-shim"], min(1, len(by_name["gt-shim"]))),
                by_name["gt-shim"],
                by_name["engine"] + by_name["gt-keeper"] + by_name["gt-nursery"],
                by_name["gt-nursery"],
                list(ours),
                self.random.sample(steps, min(1, len(steps))),
                list(ours) + steps,
            ]
        )
        for pid in self.random.sample(victims, len(victims)):
            if kill(pid):
                name = "step" if pid in steps else ours[pid]
                self.kills[name if name.startswith("gt-") or name == "step" else "engine"] += 1

    def wait_for_lines(self, engine, count):
        """Until so many lines more are in the ledger, or the engine has ended."""
        until = time.monotonic() + SECONDS_MAX
        wanted = self.lines() + count
        while self.lines() < wanted and engine.poll() is None:
            if time.monotonic() > until:
                raise Broken(f"nothing happens any more: {self.processes()}")
            time.sleep(0.002)

    def lines(self):
        return self.ledger.read_bytes().count(b"\n")

    def drive(self, number):
        """One run, from its start to its recorded end."""
        arguments = ["run", "-p", f"round={number}", "-j", "4"]
        kills_left = self.random.randint(2, 8)
        for _ in range(200):
            engine = self.start(*arguments)
            while engine.poll() is None and kills_left > 0:
                self.wait_for_lines(engine, self.random.randint(0, 12))
                self.kill_some()
                kills_left -= 1
            try:
                engine.wait(timeout=SECONDS_MAX)
            except subprocess.TimeoutExpired:
                raise Broken(f"the run does not end: {self.processes()}") from None
            recorded = self.runs()
            if len(recorded) == number:
                if recorded[0]["state"] not in ("running", "queued"):
                    return recorded[0]
                arguments = ["attach", recorded[0]["name"], "-j", "4"]
        raise Broken("the run was taken over two hundred times and did not end")

    def run_to_end(self, number):
        run = self.drive(number)
        if run["state"] != "succeeded":
            shown = self.ask("show", run["name"], "--json")
            failed = [task for task in shown["tasks"] if task["state"] == "failed"]
            raise Broken(f"{run['name']} {run['state']}: {failed}")
        self.check(run)

    # The laws.

    def executions(self):
        """By attempt: its lines, in order, with where they stand in the ledger."""
        found = collections.defaultdict(list)
        for number, line in enumerate(self.ledger.read_text().splitlines()):
            kind, attempt, *rest = line.split(" ")
            found[attempt].append((number, kind, rest))
        return found

    def check(self, run):
        executions = self.executions()
        database = sqlite3.connect(f"file:{self.project}/.geartrain/geartrain.db?mode=ro", uri=True)
        law(database.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the database is sound")
        rows = database.execute(
            "SELECT task, number, outside_name, ended_at, cause FROM attempt ORDER BY task, number"
        ).fetchall()
        results = dict(database.execute("SELECT task, outputs FROM task_result"))
        cached = dict(
            database.execute(
                "SELECT task, cached_from_task FROM task_result WHERE cached_from_task IS NOT NULL"
            )
        )
        names = {row[2] for row in rows}
        law(set(executions) <= names, "nothing runs that is not recorded first")
        for attempt, lines in executions.items():
            kinds = [kind for _, kind, _ in lines]
            law(kinds.count("begin") == 1, f"{attempt} was executed once: {lines}")
            law(kinds.count("end") <= 1, f"{attempt} ended once: {lines}")
        by_task = collections.defaultdict(list)
        for task, number, name, ended_at, cause in rows:
            law(ended_at is not None, f"{name} has a recorded end")
            by_task[task].append((number, name, cause))
        tokens = {}
        for task, attempts in by_task.items():
            self.check_task(task, attempts, results, executions, tokens)
        for task, origin in cached.items():
            law(token_of(results[task]) == tokens[origin], "a hit is what was committed there")
        self.check_takers(rows, executions, set(tokens.values()))
        law(len(self.runs()) == int(run["name"].split("/")[1]), "no run is lost")

    def check_task(self, task, attempts, results, executions, tokens):
        last = -1
        for _, name, _ in attempts:
            lines = [number for number, _, _ in executions.get(name, [])]
            law(not lines or lines[0] > last, f"{name} began when the attempt before it was gone")
            last = max([last, *lines])
        good = [name for _, name, cause in attempts if cause is None]
        law(len(good) == 1 and good[0] == attempts[-1][1], f"one attempt is committed: {attempts}")
        made = [rest[1] for _, kind, rest in executions[good[0]] if kind == "end"]
        law(len(made) == 1, f"{good[0]} was committed and had ended by itself")
        tokens[task] = token_of(results[task])
        law(tokens[task] == made[0], f"{good[0]} is committed with what it made")

    def check_takers(self, rows, executions, committed):
        """What a step was given had been committed."""
        for attempt, lines in executions.items():
            for _, kind, rest in lines:
                if kind == "took":
                    law(rest[1] in committed, f"{attempt} took what was committed")


def law(holds, words):
    if not holds:
        raise Broken(words)


def token_of(outputs):
    return json.loads(outputs)[1]


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def main(seed, count):
    loop = Loop(os.environ["GEARTRAIN"], seed)
    begun = time.monotonic()
    try:
        for number in range(1, count + 1):
            loop.run_to_end(number)
    except Broken as broken:
        print(f"SEED={seed} run {number} of {count}: {broken}\nkept: {loop.folder}")
        return 1
    loop.remove()
    killed = ", ".join(f"{times} {name}" for name, times in sorted(loop.kills.items()))
    print(f"SEED={seed}: {count} runs in {time.monotonic() - begun:.0f} s, killed: {killed}")
    return 0


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    drawn = random.SystemRandom().randrange(2**32)
    sys.exit(main(words[0] if words else drawn, words[1] if len(words) > 1 else 50))
