"""Measures Geartrain against peers, both in this run, and prints one table.

    bench/bench.py [--geartrain PATH] [--rounds N] [NAME...]

Rows: chain, fan-out, fan-out-matrix, nothing-to-do, first-step, version, runs, show, engine. What
counts is the ratio or the difference: both sides ran in turns on the same machine, and the median of
several rounds is shown. Nothing else should run meanwhile.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import graphs
from measure import in_turns, milliseconds, run

ROOT = Path(__file__).resolve().parent.parent
PARALLEL = "-j2"


class Bench:
    def __init__(self, geartrain, engine, folder, rounds):
        self.geartrain, self.engine = geartrain, engine
        self.folder, self.rounds = Path(folder), rounds
        self.count = 0

    def fresh_folder(self):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        return folder

    def first_run(self, write, command):
        """Seconds of a command in a folder of its own that has seen no run."""
        folder = self.fresh_folder()
        write(folder)
        seconds = run(command, folder)
        return seconds

    def against_ninja(self, write_pipeline, graph):
        ours = lambda: self.first_run(write_pipeline, [self.geartrain, "run", PARALLEL])  # noqa: E731
        theirs = lambda: self.first_run(graph.write_ninja, ["ninja", PARALLEL])  # noqa: E731
        return ratio_row(*in_turns(ours, theirs, self.rounds))

    def chain(self):
        graph = graphs.chain(100)
        return "100 steps in a chain / ninja", *self.against_ninja(graph.write_pipeline, graph), "2×"

    def fan_out(self):
        graph = graphs.fan_out(1000)
        return "1 → 1,000 → 1 steps / ninja", *self.against_ninja(graph.write_pipeline, graph), "2×"

    def fan_out_matrix(self):
        write = lambda folder: graphs.write_matrix_pipeline(folder, 1000)  # noqa: E731
        row = self.against_ninja(write, graphs.fan_out(1000))
        return "1 → matrix of 1,000 → 1 / ninja", *row, "2×"

    def nothing_to_do(self):
        graph = graphs.layers(10, 1000)
        ours, theirs = self.fresh_folder(), self.fresh_folder()
        graph.write_pipeline(ours)
        graph.write_ninja(theirs)
        run([self.geartrain, "run", PARALLEL], ours)
        run(["ninja", PARALLEL], theirs)
        time.sleep(2.5)  # a file's time is trusted only once it is well in the past
        row = ratio_row(
            *in_turns(
                lambda: run([self.geartrain, "run", PARALLEL], ours),
                lambda: run(["ninja", PARALLEL], theirs),
                self.rounds,
            )
        )
        return "nothing to do over 10,000 steps / ninja", *row, "2×"

    def first_step(self):
        """The step and the peer both note the time as their first act."""
        ours, theirs = self.fresh_folder(), self.fresh_folder()
        note = "date +%s%N >{}"
        stamp = ours / "stamp"
        text = f'name: bench\nsteps:\n  one: {{run: [sh, -c, "{note.format(stamp)}"]}}\n'
        (ours / "pipeline.yaml").write_text(text)

        def until_stamp(command, folder):
            before = time.time_ns()
            run(command, folder)
            return (int((folder / "stamp").read_text()) - before) / 1e9

        row = difference_row(
            *in_turns(
                lambda: until_stamp([self.geartrain, "run"], ours),
                lambda: until_stamp(["sh", "-c", note.format("stamp")], theirs),
                self.rounds * 4,
            )
        )
        return "command to first step started − sh -c", *row, "10 ms"

    def small_command(self, *arguments):
        folder = self.fresh_folder()
        (folder / "pipeline.yaml").write_text('name: bench\nsteps:\n  one: {run: ["true"]}\n')
        run([self.geartrain, "run"], folder)
        row = difference_row(
            *in_turns(
                lambda: run([self.geartrain, *arguments], folder),
                lambda: run(["sh", "-c", "true"], folder),
                self.rounds * 4,
            )
        )
        return f"geartrain {' '.join(arguments)} − sh -c true", *row, "10 ms"

    def engine_alone(self):
        """The engine with a simulated executor; the program prints its own rows."""
        done = subprocess.run([self.engine], stdout=subprocess.PIPE, text=True, check=True)
        return [tuple(line.split("|")) for line in done.stdout.splitlines()]


def ratio_row(ours, theirs):
    return milliseconds(ours), milliseconds(theirs), f"{ours / theirs:.2f}×"


def difference_row(ours, theirs):
    return milliseconds(ours), milliseconds(theirs), f"{(ours - theirs) * 1e3:+.1f} ms"


def measurements(bench):
    return {
        "chain": bench.chain,
        "fan-out": bench.fan_out,
        "fan-out-matrix": bench.fan_out_matrix,
        "nothing-to-do": bench.nothing_to_do,
        "first-step": bench.first_step,
        "version": lambda: bench.small_command("version"),
        "runs": lambda: bench.small_command("runs"),
        "show": lambda: bench.small_command("show", "latest"),
        "engine": bench.engine_alone,
    }


def machine(geartrain):
    version = subprocess.run([geartrain, "version"], stdout=subprocess.PIPE, text=True).stdout
    ninja = subprocess.run(["ninja", "--version"], stdout=subprocess.PIPE, text=True).stdout
    cores = os.cpu_count()
    first = version.splitlines()[0] if version else "geartrain"
    return f"{first}, ninja {ninja.strip()}, {cores} cores, Linux {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--geartrain", default=ROOT / "build/geartrain")
    parser.add_argument("--engine", default=ROOT / "build/release/bench/bench_engine")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    geartrain = os.path.abspath(arguments.geartrain)
    if not os.access(geartrain, os.X_OK):
        sys.exit(f"bench: {geartrain} is not there; run ./dev build")

    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
        bench = Bench(geartrain, arguments.engine, folder, arguments.rounds)
        known = measurements(bench)
        unknown = set(arguments.names) - set(known)
        if unknown:
            sys.exit(f"bench: no row {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        print(f"{machine(geartrain)}; medians of {arguments.rounds} rounds or more\n")
        print("| what | Geartrain | peer | found | at most |\n|---|---:|---:|---:|---:|", flush=True)
        for name in arguments.names or known:
            rows = known[name]()
            for row in [rows] if isinstance(rows, tuple) else rows:
                print("|", " | ".join(cell.strip() for cell in row), "|", flush=True)


if __name__ == "__main__":
    main()
