"""Graphs of steps that do something that can be checked, for Geartrain and all its peers.

Each step reads a number from a source file of its own and from the outputs of the steps before it, writes
their sum to its output, and its name into a ledger. So the outputs say whether the right things ran,
and the ledger which of them and how often.
"""

import os
import shutil
import sys
from pathlib import Path

import graphs

STEPS = Path(__file__).resolve().parent / "steps"
# Not the first on PATH: a shim of a version manager takes longer to start than a step.
PYTHON = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable


def fibo(n):
    before, this = 1, 0
    for _ in range(n):
        before, this = this, before + this
    return this


class Work:
    """`nodes` in topological order: name -> names before it; `changed` is whose source gets changed."""

    def __init__(self, title, nodes, changed, fibo_of=None, jobs=2):
        self.title, self.nodes, self.changed, self.fibo_of = title, nodes, changed, fibo_of
        self.jobs = jobs

    def __len__(self):
        return len(self.nodes)

    def command(self, name, ledger, output, inputs):
        tail = [str(ledger), name, output, f"src/{name}", *inputs]
        if self.fibo_of is None:
            return ["/bin/sh", "sum.sh", *tail]
        return [PYTHON, "fibo.py", str(self.fibo_of), *tail]

    def plain_command(self, name, ledger):
        """For peers whose outputs lie in `out/`."""
        return self.command(name, ledger, f"out/{name}", [f"out/{one}" for one in self.nodes[name]])

    def write_sources(self, folder):
        Path(folder, "src").mkdir()
        Path(folder, "out").mkdir()
        for script in STEPS.iterdir():
            shutil.copy(script, folder)
        for number, name in enumerate(self.nodes):
            Path(folder, "src", name).write_text(f"{number}\n")
        return {name: number for number, name in enumerate(self.nodes)}

    def expected(self, sources):
        """What each output says, with these numbers in the source files."""
        own = 0 if self.fibo_of is None else fibo(self.fibo_of)
        sums = {}
        for name, before in self.nodes.items():
            sums[name] = own + sources[name] + sum(sums[one] for one in before)
        return {name: f"{total}\n" for name, total in sums.items()}

    def concerned(self, changed):
        """The steps that must run again once this one's source has changed."""
        found = {changed}
        for name, before in self.nodes.items():
            if not found.isdisjoint(before):
                found.add(name)
        return found

    def sinks(self):
        inner = {one for before in self.nodes.values() for one in before}
        return [name for name in self.nodes if name not in inner]

    def levels(self):
        """Names by their distance from the beginning."""
        depth, levels = {}, []
        for name, before in self.nodes.items():
            depth[name] = 1 + max((depth[one] for one in before), default=-1)
            if depth[name] == len(levels):
                levels.append([])
            levels[depth[name]].append(name)
        return levels


def works(small):
    """By name. The small ones only show that everything works."""
    long, wide, deep, short, many, few = (4, 6, 3, 2, 3, 2) if small else (100, 1000, 10, 1000, 40, 10)
    slow = 12 if small else 33
    chain = graphs.chain(long).nodes
    fan = graphs.fan_out(wide).nodes
    layers = graphs.layers(deep, short).nodes
    quick, heavy = graphs.chain(many).nodes, graphs.chain(few).nodes
    return {
        "fibo-10": Work(f"{many} × fibo(10), one after another", quick, f"s{many - 1}", 10, jobs=1),
        "fibo-33": Work(f"{few} × fibo({slow}), one after another", heavy, f"s{few - 1}", slow, jobs=1),
        "chain": Work(f"chain of {long}", chain, f"s{long - 1}", jobs=1),
        "fan-out": Work(f"fan-out 1→{wide:,}→1", fan, f"m{wide // 2}"),
        "layers": Work(f"{len(layers):,} steps in {deep} layers", layers, f"l{deep - 2}_0"),
    }
