"""What Geartrain costs by itself: rows beside ninja, `sh -c`, and bounds of its own."""

import subprocess
import time
from pathlib import Path

import graphs
from compare import SETTLE_SECONDS
from measure import difference_row, in_turns, ratio_row, run

PARALLEL = "-j2"


class Own:
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
        time.sleep(SETTLE_SECONDS)
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

    def measurements(self):
        """By name; each gives a row or a list of them."""
        return {
            "chain": self.chain,
            "fan-out": self.fan_out,
            "fan-out-matrix": self.fan_out_matrix,
            "nothing-to-do": self.nothing_to_do,
            "first-step": self.first_step,
            "version": lambda: self.small_command("version"),
            "runs": lambda: self.small_command("runs"),
            "show": lambda: self.small_command("show", "latest"),
            "engine": self.engine_alone,
        }
