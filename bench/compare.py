"""The same work by Geartrain and its peers in turns, each result checked."""

import os
import shutil
import statistics
import sys
import time
from pathlib import Path

import peers as all_peers
from measure import Failed, TooSlow, timed

MEASURES = ["first run", "no-op", "one changed file"]
SETTLE_SECONDS = 2.5  # a file's time is trusted only once it is well in the past
NOT_MEASURED = "–"
MANY = 1000  # steps; from so many on, time grows at least as fast as their number


def remove(folder):
    """Also where a peer's own process still tidies up in it."""

    def is_gone(_function, _path, problem):
        if not issubclass(problem[0], FileNotFoundError):
            raise problem[1]

    shutil.rmtree(folder, onerror=is_gone)


class Project:
    """A folder in which one peer does some work again and again."""

    def __init__(self, peer, work, folder):
        self.peer, self.work = peer, work
        self.folder, self.ledger = folder / "project", folder / "ledger"
        self.folder.mkdir(parents=True)
        self.ledger.touch()
        self.sources = work.write_sources(self.folder)
        peer.write(work, self.folder, self.ledger)

    def run(self, limit, concerned):
        """Seconds. Raises Failed if not exactly the steps `concerned` ran, or an output is wrong."""
        self.ledger.write_text("")
        os.sync()  # what others wrote must not be waited for here
        command, environment = self.peer.command(self.work), self.peer.environment(self.folder)
        seconds = timed(command, self.folder, environment, limit)
        ran = sorted(self.ledger.read_text().split())
        if ran != sorted(concerned):
            raise Failed(f"{len(ran)} steps ran, not the {len(concerned)} that had to")
        right = {name: all_peers.digest(text.encode()) for name, text in self.expected().items()}
        found = self.peer.outputs(self.work, self.folder)
        wrong = [name for name in right if found.get(name) != right[name]]
        if wrong:
            raise Failed(f"the output of {wrong[0]} is wrong, and {len(wrong) - 1} others")
        return seconds

    def expected(self):
        return self.work.expected(self.sources)

    def change(self):
        name = self.work.changed
        self.sources[name] += 1
        Path(self.folder, "src", name).write_text(f"{self.sources[name]}\n")
        self.peer.changed(self.work, self.folder)

    def first_run(self, limit):
        return self.run(limit, self.work.nodes)

    def run_again(self, limit):
        return self.run(limit, [])

    def run_changed(self, limit):
        self.change()
        return self.run(limit, self.work.concerned(self.work.changed))


class Comparison:
    """Cells are seconds, or a text that says why there are none."""

    def __init__(self, peers, folder, rounds, limit, patience):
        self.peers, self.folder = peers, Path(folder)
        self.rounds, self.limit, self.patience = rounds, limit, patience
        self.count = 0
        self.step_seconds = {}  # of peers, with many steps
        self.notes = []

    def measure(self, work):
        """{measure: {peer's name: cell}}."""
        table = {}
        projects = {}
        able = [peer for peer in self.peers if self.may_try(peer, work)]
        made = self.folder / "compare"

        def fresh(peer):
            self.count += 1
            projects[peer.name] = Project(peer, work, made / str(self.count))
            return projects[peer.name].first_run(self.limit)

        table["first run"] = self.in_turns(work, "first run", able, fresh)
        self.remember(work, table["first run"])
        ready = [one for one in able if isinstance(table["first run"][one.name], float)]
        time.sleep(SETTLE_SECONDS)
        again = {
            "no-op": lambda peer: projects[peer.name].run_again(self.limit),
            "one changed file": lambda peer: projects[peer.name].run_changed(self.limit),
        }
        for measure, function in again.items():
            table[measure] = self.in_turns(work, measure, ready, function)
            ready = [one for one in ready if isinstance(table[measure][one.name], float)]
        remove(made)
        return table

    def in_turns(self, work, measure, peers, function):
        """Medians; a peer that has used up `patience` seconds is left out of further rounds."""
        samples, peers = {peer.name: [] for peer in peers}, list(peers)
        cells = {peer.name: NOT_MEASURED for peer in self.peers}
        for _ in range(self.rounds):
            for peer in list(peers):
                mine = samples[peer.name]
                if sum(mine) > self.patience:
                    continue
                try:
                    mine.append(function(peer))
                except TooSlow:
                    cells[peer.name] = f"> {self.limit:g} s"
                except Failed as failed:
                    cells[peer.name] = "failed"
                    self.note(f"{peer.name}, {work.title}, {measure}: {failed}")
                if cells[peer.name] != NOT_MEASURED:
                    mine.clear()
                    peers.remove(peer)
        return cells | {name: statistics.median(mine) for name, mine in samples.items() if mine}

    def may_try(self, peer, work):
        """Not if fewer steps took so long that the limit would be hit."""
        before = self.step_seconds.get(peer.name)
        if len(work) <= MANY * 2 or before is None or before * len(work) < self.limit:
            return True
        self.note(
            f"{peer.name}, {work.title}: not tried, as {before * MANY:,.0f} s or more for each"
            f" {MANY:,} steps would exceed the limit of {self.limit:,.0f} s"
        )
        return False

    def remember(self, work, cells):
        if len(work) < MANY:
            return
        for name, cell in cells.items():
            if isinstance(cell, float):
                self.step_seconds[name] = cell / len(work)
            elif cell.startswith(">"):
                self.step_seconds[name] = self.limit / len(work)

    def note(self, text):
        self.notes.append(text)
        print(f"bench: {text}", file=sys.stderr)
