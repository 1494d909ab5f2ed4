"""Measures Geartrain against peers, both in this run, and prints tables in Markdown.

    bench/bench.py [OPTION...] [NAME...]

NAMEs: `own` (rows that need nothing but ninja) or single ones of them, `peers` (the same work by
Geartrain, ninja, make, go-task, Luigi, Snakemake and DVC), `large` (large artifacts), `server` (the
API of `up`, and schedules at rest). Without any, all of these; `airflow` (`up` beside Airflow 3, which
is installed first) only by name.
What counts is the ratio or the difference: all sides ran in turns on the same machine, and the median
of several rounds is shown. Nothing else should run meanwhile.
"""

import argparse
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

import airflow
import tables
from compare import Comparison
from large import Large
from measure import Failed
from own import Own
from peers import PEERS, Geartrain
from server import ROUNDS as SERVER_ROUNDS
from server import ServerRows
from tools import Missing, first_words
from work import works

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/benchmarks.md"


class Report:
    """Prints each line as soon as it is known, and keeps it for the document."""

    def __init__(self):
        self.blocks = {}

    def block(self, name):
        self.name = name
        self.blocks[name] = []
        print(flush=True)

    def line(self, text=""):
        self.blocks[self.name].append(text)
        print(text, flush=True)

    def write(self, path):
        text = path.read_text()
        for name, lines in self.blocks.items():
            text = tables.replace_block(text, name, "\n".join(lines))
        path.write_text(text)


def arguments_of(own_names):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--geartrain", default=ROOT / "build/geartrain")
    parser.add_argument("--engine", default=ROOT / "build/release/bench/bench_engine")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=300, help="seconds that one command may take")
    parser.add_argument(
        "--patience", type=float, default=30, help="seconds after which a peer gets no further round"
    )
    parser.add_argument("--work", action="append", help="only this work by peers; may be repeated")
    parser.add_argument("--peer", action="append", help="only this peer; may be repeated")
    parser.add_argument("--small", action="store_true", help="tiny sizes, which only show that it works")
    parser.add_argument("--no-install", action="store_true", help="peers that are not installed are skipped")
    parser.add_argument("--folder", default=ROOT / "build", help="where to work; 12 GB for `large`")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/benchmarks.md")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"own, peers, large, server, {', '.join(own_names)}")
    return parser.parse_args()


def machine(geartrain, others):
    versions = [first_words([geartrain, "version"]), *others]
    load = os.getloadavg()[0]
    return (
        f"{date.today()}: {', '.join(versions)}; {os.cpu_count()} cores,"
        f" Linux {platform.release()}, load {load:.1f} at the beginning"
    )


def chosen_peers(geartrain, arguments):
    """Geartrain first; and a line for each that is missing."""
    found, missing = [Geartrain(geartrain)], []
    for peer in PEERS:
        if arguments.peer and peer.name not in arguments.peer:
            continue
        try:
            found.append(peer(not arguments.no_install))
        except Missing as reason:
            missing.append(f"skipped: {peer.name}: {reason}")
    return found, missing


def warmed_up(peers, folder, report):
    """Those that can do a tiny work right; it also has everything read from disk once."""
    check = Comparison(peers, folder, rounds=1, limit=120, patience=0)
    table = check.measure(works(small=True)["fan-out"])
    for note in check.notes:
        report.line(f"skipped: {note}")
    good = [one for one in peers if all(isinstance(row[one.name], float) for row in table.values())]
    if peers[0] not in good:
        sys.exit("bench: Geartrain cannot do the work")
    return good


def report_peers(geartrain, arguments, folder, report):
    report.block("peers")
    peers, missing = chosen_peers(geartrain, arguments)
    others = [f"{peer.name} {peer.version()}" for peer in peers[1:]]
    report.line(machine(geartrain, others) + f"; medians of up to {arguments.rounds} rounds.")
    for text in missing:
        report.line(text)
    peers = warmed_up(peers, folder, report)
    report.line()
    report.line(tables.peers_header(peers))
    comparison = Comparison(peers, folder, arguments.rounds, arguments.limit, arguments.patience)
    known = works(arguments.small)
    for key in arguments.work or known:
        table = comparison.measure(known[key])
        for row in tables.peers_rows(key, known[key], table, peers):
            report.line(tables.line(row))
    if comparison.notes:
        report.line()
    for note in comparison.notes:
        report.line(f"- {note.splitlines()[0]}")


def report_rows(name, geartrain, rounds, groups, report):
    report.block(name)
    ninja = [f"ninja {first_words(['ninja', '--version'])}"]
    report.line(machine(geartrain, ninja) + f"; {rounds}.")
    report.line()
    report.line(tables.OWN_HEADER)
    for rows in groups:
        for row in rows:
            report.line(tables.line(row))


def report_airflow(geartrain, arguments, folder, report):
    report.block("airflow")
    try:
        made = airflow.rows(geartrain, folder, not arguments.no_install)
        first = next(made)
    except Missing as reason:
        report.line(f"skipped: Airflow: {reason}")
        return
    report.line(machine(geartrain, [airflow.version()]) + f"; {airflow.ROUNDS}.")
    report.line()
    report.line(airflow.HEADER)
    for row in (first, *made):
        report.line(tables.line(row))


def large_rounds(arguments):
    return min(arguments.rounds, 3)


def main():
    own_names = list(Own("", "", ".", 1).measurements())
    arguments = arguments_of(own_names)
    geartrain = os.path.abspath(arguments.geartrain)
    if not os.access(geartrain, os.X_OK):
        sys.exit(f"bench: {geartrain} is not there; run ./dev build")
    names = arguments.names or ["own", "peers", "large", "server"]
    known = ["own", "peers", "large", "server", "airflow", *own_names]
    for kind, wanted, there in [
        ("row", names, known),
        ("work", arguments.work or [], list(works(True))),
        ("peer", arguments.peer or [], [peer.name for peer in PEERS]),
    ]:
        if unknown := sorted(set(wanted) - set(there)):
            sys.exit(f"bench: no {kind} {', '.join(unknown)}; there are {', '.join(there)}")

    rows = own_names if "own" in names else [name for name in names if name in own_names]
    if arguments.write and rows and "own" not in names:
        sys.exit("bench: --write takes the whole of `own`, not single rows")
    os.makedirs(arguments.folder, exist_ok=True)
    report = Report()
    rounds = f"medians of {arguments.rounds} rounds or more"
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder) as folder:
        own = Own(geartrain, arguments.engine, folder, arguments.rounds)
        if rows:
            made = (own.measurements()[name]() for name in rows)
            groups = ([one] if isinstance(one, tuple) else one for one in made)
            report_rows("own", geartrain, rounds, groups, report)
        if "peers" in names:
            report_peers(geartrain, arguments, Path(folder), report)
        if "large" in names:
            large = Large(geartrain, folder, large_rounds(arguments), arguments.small)
            report_rows("large", geartrain, rounds, [large.rows()], report)
        if "server" in names:
            report_rows("server", geartrain, SERVER_ROUNDS, [ServerRows(geartrain, folder).rows()], report)
        if "airflow" in names:
            report_airflow(geartrain, arguments, folder, report)
    if arguments.write:
        report.write(DOCUMENT)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"bench: {failed}")
