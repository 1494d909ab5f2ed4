"""The benchmarks run, all sides of a row do the same work, and work that was not done is noticed."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import graphs  # noqa: E402
import peers  # noqa: E402
import tables  # noqa: E402
from compare import Comparison  # noqa: E402
from work import Work, fibo, works  # noqa: E402


def bench(*words):
    """The lines that it prints."""
    command = [sys.executable, ROOT / "bench/bench.py", "--geartrain", geartrain_binary.path()]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, "--folder", folder, *words], capture_output=True, text=True, timeout=300
        )
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.splitlines()


def table_of(lines):
    return [line for line in lines if line.startswith("| ")][1:]


class BenchTest(unittest.TestCase):
    def test_ninja_and_geartrain_get_the_same_graph(self):
        for graph in [graphs.chain(5), graphs.fan_out(7), graphs.layers(3, 4)]:
            with tempfile.TemporaryDirectory() as folder:
                graph.write_ninja(folder)
                graph.write_pipeline(folder)
                done = subprocess.run(["ninja", "-C", folder, "-n"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertIn(f"[{len(graph.nodes)}/{len(graph.nodes)}]", done.stdout)
                pipeline = Path(folder, "pipeline.yaml").read_text()
                self.assertEqual(pipeline.count("\n    run: ["), len(graph.nodes))

    def test_a_table_is_printed(self):
        rows = ["chain", "first-step", "version", "runs", "show"]
        self.assertEqual(len(table_of(bench("--rounds", "1", *rows))), len(rows))

    def test_peers_that_are_here_do_small_work_and_others_are_named(self):
        words = ["--work", "fibo-10", "--small", "--rounds", "1", "--no-install"]
        lines = bench("peers", *words)
        told = "\n".join(lines)
        rows = [row.split(" | ") for row in table_of(lines)]
        self.assertEqual(len(rows), 3, told)
        columns = next(line for line in lines if line.startswith("| work"))
        for peer in peers.PEERS:
            self.assertTrue(f" {peer.name} " in columns or f"skipped: {peer.name}: " in told, told)
        self.assertIn(" ninja ", columns)
        for row in rows:
            self.assertRegex(row[2], r"\d ms", told)
            self.assertNotIn("failed", row, told)

    def test_large_artifacts_are_measured(self):
        lines = bench("large", "--small", "--rounds", "1")
        self.assertEqual(len(table_of(lines)), 5, lines)

    def test_an_unknown_name_is_refused_with_those_that_there_are(self):
        command = [sys.executable, ROOT / "bench/bench.py", "--geartrain", geartrain_binary.path()]
        for words, text in [(["chian"], "no row chian"), (["--peer", "Make"], "no peer Make")]:
            done = subprocess.run([*command, *words], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(text, done.stderr)
            self.assertIn("there are", done.stderr)


class WorkTest(unittest.TestCase):
    diamond = Work("diamond", {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}, "b")

    def test_outputs_are_sums_of_everything_before(self):
        sources = {"a": 1, "b": 20, "c": 300, "d": 4000}
        found = self.diamond.expected(sources)
        self.assertEqual(found, {"a": "1\n", "b": "21\n", "c": "301\n", "d": "4322\n"})
        slow = Work("slow", self.diamond.nodes, "b", fibo_of=10)
        self.assertEqual(slow.expected(sources)["b"], f"{21 + 2 * 55}\n")
        self.assertEqual([fibo(n) for n in range(8)], [0, 1, 1, 2, 3, 5, 8, 13])

    def test_a_change_concerns_what_comes_after_it(self):
        self.assertEqual(self.diamond.concerned("b"), {"b", "d"})
        self.assertEqual(self.diamond.concerned("a"), set(self.diamond.nodes))

    def test_levels_and_sinks(self):
        self.assertEqual(self.diamond.levels(), [["a"], ["b", "c"], ["d"]])
        self.assertEqual(self.diamond.sinks(), ["d"])

    def test_the_sizes_are_those_that_are_promised(self):
        sizes = {name: len(work) for name, work in works(small=False).items()}
        promised = {"fibo-10": 40, "fibo-33": 10, "chain": 100, "fan-out": 1002, "layers": 10_000}
        self.assertEqual(sizes, promised)


class Scripted(peers.Peer):
    """A peer whose command is given, and can use LEDGER."""

    def __init__(self, name, script):
        self.name, self.script = name, script

    def write(self, work, folder, ledger):
        Path(folder, "script").write_text(self.script.replace("LEDGER", str(ledger)))

    def command(self, work):
        return ["sh", "script"]


class ComparisonTest(unittest.TestCase):
    one = Work("one step", {"a": []}, "a")
    right = "cmp -s src/a out/a || { cp src/a out/a; echo a >>LEDGER; }"

    def cells(self, script, **options):
        settings = {"rounds": 2, "limit": 20, "patience": 60} | options
        with tempfile.TemporaryDirectory() as folder:
            comparison = Comparison([Scripted("it", script)], folder, **settings)
            table = comparison.measure(self.one)
        return [table[measure]["it"] for measure in table], comparison.notes

    def test_a_peer_that_does_its_work_gets_times(self):
        cells, notes = self.cells(self.right)
        self.assertEqual(notes, [])
        self.assertTrue(all(isinstance(cell, float) and cell > 0 for cell in cells), cells)

    def test_one_that_always_runs_everything_fails_the_no_op(self):
        cells, notes = self.cells("cp src/a out/a; echo a >>LEDGER")
        self.assertIsInstance(cells[0], float)
        self.assertEqual(cells[1:], ["failed", "–"])
        self.assertIn("1 steps ran, not the 0", notes[0])

    def test_one_that_does_nothing_or_something_wrong_fails(self):
        for script in ["true", "echo a >>LEDGER", "echo 7 >out/a; echo a >>LEDGER", "exit 1"]:
            cells, notes = self.cells(script)
            self.assertEqual(cells, ["failed", "–", "–"], script)
            self.assertEqual(len(notes), 1)

    def test_one_that_does_not_notice_a_change_fails_it(self):
        cells, _ = self.cells("[ -e out/a ] || { cp src/a out/a; echo a >>LEDGER; }")
        self.assertEqual(cells[2], "failed")

    def test_one_that_is_too_slow_is_ended_and_the_limit_is_shown(self):
        cells, _ = self.cells("exec sleep 100", limit=0.2)
        self.assertEqual(cells, ["> 0.2 s", "–", "–"])

    def test_many_steps_are_not_tried_if_fewer_took_too_long(self):
        with tempfile.TemporaryDirectory() as folder:
            peer = Scripted("it", self.right)
            comparison = Comparison([peer], folder, rounds=1, limit=300, patience=1)
            thousand = Work("a thousand", {f"s{i}": [] for i in range(1000)}, "s0")
            many = Work("many", {f"s{i}": [] for i in range(10_000)}, "s0")
            comparison.remember(thousand, {"it": 29.0})
            self.assertTrue(comparison.may_try(peer, many))
            comparison.remember(thousand, {"it": 31.0})
            self.assertFalse(comparison.may_try(peer, many))
            self.assertTrue(comparison.may_try(peer, self.one))
            self.assertIn("it, many: not tried, as 31 s", comparison.notes[0])


class TablesTest(unittest.TestCase):
    def test_a_missed_bound_is_bold(self):
        both = [Scripted("ours", ""), Scripted("ninja", ""), Scripted("other", "")]
        both[2].keeps_history = True
        work = works(small=True)["fibo-10"]
        for ours, bold in [(1.4, False), (1.6, True)]:
            cells = {"ours": ours, "ninja": 1.0, "other": 2.0}
            table = dict.fromkeys(["first run", "no-op", "one changed file"], cells)
            row = next(tables.peers_rows("fibo-10", work, table, both))
            self.assertEqual(row[2].startswith("**"), bold)
            self.assertEqual(row[-3], f"{ours:.2f}×")
        slower = tables.Bounds().missed(ours=3.0, ninja=None, history=2.0)
        self.assertTrue(slower)

    def test_a_block_of_the_document_is_replaced_and_nothing_else(self):
        text = "a\n<!-- bench: own -->\nold\n<!-- end -->\n<!-- bench: large -->\nx\n<!-- end -->\nb\n"
        found = tables.replace_block(text, "own", "new \\1")
        self.assertEqual(found, text.replace("old", "new \\1"))
        with self.assertRaises(ValueError):
            tables.replace_block(text, "peers", "")

    def test_the_document_has_a_place_for_each_block(self):
        text = (ROOT / "docs/benchmarks.md").read_text()
        for name in ["own", "peers", "large", "server"]:
            self.assertIn(f"\n<!-- bench: {name} -->\n", text)


if __name__ == "__main__":
    unittest.main()
