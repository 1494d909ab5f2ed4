"""The benchmarks run, and both sides of a row get the same graph."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import graphs  # noqa: E402


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
        binary = geartrain_binary.path()
        command = [sys.executable, ROOT / "bench/bench.py", "--geartrain", binary, "--rounds", "1"]
        rows = ["chain", "first-step", "version", "runs", "show"]
        done = subprocess.run([*command, *rows], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        table = [line for line in done.stdout.splitlines() if line.startswith("| ")]
        self.assertEqual(len(table), len(rows) + 1, done.stdout)


if __name__ == "__main__":
    unittest.main()
