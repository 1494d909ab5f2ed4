"""The test runner itself: transcripts are compared, masked and rewritten; failures are counted."""

import os
import tempfile
import unittest
from pathlib import Path

from harness.documents import run_document
from harness.golden import run_golden
from harness.masks import masked
from harness.programs import run_program
from harness.pythons import run_python


class MaskTest(unittest.TestCase):
    def test_what_differs_from_run_to_run_is_masked(self):
        lines = {
            "at 2026-01-02T03:04:05.678Z": "at <time>",
            "at 03:04:05": "at <time>",
            "run 0190f6a1b2c3d4e5f60718293a4b5c6d": "run <id>",
            "took 1m 2.5s, 12 ms": "took <duration>, <duration>",
            "sha256:" + "0a" * 32: "<digest>",
            "attempts/gt-428497550197-0-1/log": "attempts/gt-<digest>-0-1/log",
            "peak 12.5 MiB": "peak <size>",
        }
        for line, expected in lines.items():
            self.assertEqual(masked(line), expected)

    def test_what_stays_equal_is_kept(self):
        for line in ["one  two   three", "step-2s", "flights/128", "[1, 2]", "v1.2s3", "3 steps"]:
            self.assertEqual(masked(line), line)

    def test_columns_close_up_around_a_mask(self):
        self.assertEqual(masked("  a      1.5s   b"), "  a  <duration>  b")


class GoldenTest(unittest.TestCase):
    def transcript(self, text, accept=False):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "one.txt")
            path.write_text(text)
            outcome = run_golden(str(path), "/bin/echo", accept)
            return outcome, path.read_text()

    def assert_passes(self, text):
        outcome, _ = self.transcript(text)
        self.assertEqual((outcome.passed, outcome.failed), (1, 0), outcome.output)

    def test_a_fitting_transcript_passes(self):
        self.assert_passes("## hello\n# file a/b.txt\n# x\nb\n# end\n$ cat a/b.txt\n\\# x\nb\n")
        self.assert_passes("$ echo a; echo b >&2; exit 3\na\nb\n[exit 3]\n\n$ pwd\n<folder>\n")
        self.assert_passes("$ geartrain hello\nhello\n")
        self.assert_passes("$ echo took 5s\ntook 5s\n$ echo took 6s\ntook <duration>\n")
        self.assert_passes("$ echo one \\\n  two\none two\n")

    def test_another_output_fails_and_shows_the_difference(self):
        outcome, _ = self.transcript("$ echo a\nb\n")
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))
        self.assertIn("-b\n+a", outcome.output)

    def test_another_exit_code_or_duration_fails(self):
        for text in ["$ exit 1\n", "$ true\n[exit 1]\n", "$ echo took 5s\ntook 6s\n", "$ echo a\n"]:
            outcome, _ = self.transcript(text)
            self.assertEqual(outcome.failed, 1, text)

    def test_accepting_rewrites_so_that_it_passes(self):
        text = "## kept\n\n$ echo '$ a'; echo 5s; exit 2\nold\n\n# file x\n$ y\n# end\n$ cat x\n"
        outcome, rewritten = self.transcript(text, accept=True)
        self.assertEqual(outcome.failed, 0)
        self.assertIn("\\$ a\n<duration>\n[exit 2]\n\n# file x\n", rewritten)
        self.assertTrue(rewritten.startswith("## kept\n\n"))
        self.assert_passes(rewritten)

    def test_a_file_without_an_end_fails(self):
        self.assertEqual(self.transcript("# file a\nx\n")[0].failed, 1)

    def test_what_a_command_leaves_running_is_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            pid_path = os.path.join(folder, "pid")
            command = f"(setsid sleep 600 & echo $! >{pid_path}; wait) & sleep 0.1; until [ -s {pid_path} ]; do :; done"
            self.assert_passes(f"$ {command}\n")
            with self.assertRaises(ProcessLookupError):
                for _ in range(1000):  # it is killed; init takes a moment to bury it
                    pid = int(Path(pid_path).read_text())
                    state = Path(f"/proc/{pid}/stat").read_text().split()[2] if alive(pid) else "Z"
                    if state == "Z":
                        raise ProcessLookupError


def alive(pid):
    return os.path.exists(f"/proc/{pid}")


FENCE = "```"


class DocumentTest(unittest.TestCase):
    def document(self, *blocks, accept=False):
        """Each block is (info, content)."""
        text = "A text.\n" + "".join(f"{FENCE}{info}\n{one}\n{FENCE}\n" for info, one in blocks)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "one.md")
            path.write_text(text)
            outcome = run_document(str(path), "one", "/bin/echo", accept)
            return outcome, path.read_text()

    def assert_passes(self, *blocks):
        outcome, _ = self.document(*blocks)
        self.assertEqual((outcome.passed, outcome.failed), (1, 0), outcome.output)

    def assert_fails(self, words, *blocks):
        outcome, _ = self.document(*blocks)
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))
        self.assertIn(words, outcome.output)

    def test_files_are_written_and_changed_and_commands_run_in_one_shell(self):
        self.assert_passes(
            ("text a/b.txt", "one\ntwo"),
            ("diff a/b.txt", "-one\n+1\n two\n+3"),
            ("text part-of:a/b.txt", "two\n3"),
            ("console", "$ cd a\n$ cat b.txt\n1\ntwo\n3\n$ x=5; false\n$ echo $? $x\n1 5"),
            ("text c.txt", "beside b"),
            ("console", "$ pwd; cat c.txt\n/project/a\nbeside b"),
        )

    def test_times_and_widths_may_differ_and_lines_be_left_out(self):
        self.assert_passes(("console", "$ echo 'took  7s  now'\ntook  120ms  now"))
        self.assert_passes(("console", "$ seq 9\n1\n…\n4\n5\n…\n9"), ("", "$ seq 2\n…\n1\n2"))
        self.assert_fails("seq 4 printed:\n1\n2\n3\n4", ("console", "$ seq 4\n1\n…\n5"))
        self.assert_fails("+2", ("console", "$ seq 2\n1"))

    def test_only_lines_of_a_run_may_come_in_another_order(self):
        self.assert_passes(("console", '$ geartrain run "$(seq 2)"\n2\nrun 1'))
        self.assert_fails("+1", ("console", "$ seq 2\n2\n1"))

    def test_what_cannot_be_followed_is_said_with_its_line(self):
        self.assert_fails("one.md:2: a block of yaml names no file", ("yaml", "a: 1"))
        self.assert_fails("stands 0 times", ("text a", "1"), ("diff a", "-2\n+3"))
        self.assert_fails("stands 2 times", ("text a", "1\n1"), ("diff a", "-1"))
        self.assert_fails("no line of a difference", ("text a", "1"), ("diff a", "1"))
        self.assert_fails("stands 0 times", ("text a", "1"), ("text part-of:a", "2"))
        self.assert_fails("not behind a command", ("console", "hello"))

    def test_a_hidden_command_must_succeed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "one.md")
            for command, failed in [("true", 0), ("exit_with() { return 3; }; exit_with", 1)]:
                path.write_text(f"<!-- $ {command} -->\n")
                self.assertEqual(run_document(str(path), "one", "/bin/echo").failed, failed)

    def test_accepting_rewrites_what_does_not_fit_and_nothing_else(self):
        blocks = [
            ("console", "$ echo 'took 5s'\ntook 6s\n$ echo 2\n1\n\n$ seq 5\n1\n…\n4 or 5"),
            ("text", "left alone"),
        ]
        outcome, rewritten = self.document(*blocks, accept=True)
        self.assertEqual(outcome.failed, 0)
        wanted = "$ echo 'took 5s'\ntook 6s\n$ echo 2\n2\n\n$ seq 5\n1\n…\n"
        self.assertIn(wanted, rewritten)
        self.assertIn("left alone", rewritten)


class CountTest(unittest.TestCase):
    def program(self, script):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a_test")
            path.write_text("#!/bin/sh\n" + script)
            path.chmod(0o755)
            return run_program(str(path), dict(os.environ))

    def test_cases_of_a_program_are_counted(self):
        line = "[doctest] test cases:  3 |  2 passed | 1 failed | 0 skipped"
        outcome = self.program(f"echo '{line}'; exit 1\n")
        self.assertEqual((outcome.passed, outcome.failed), (2, 1))

    def test_a_case_that_cannot_run_is_skipped_with_its_reason(self):
        line = "[doctest] test cases: 3 | 3 passed | 0 failed | 0 skipped"
        outcome = self.program(f"echo 'x.cpp:1: MESSAGE: SKIP: no root'; echo '{line}'\n")
        self.assertEqual((outcome.passed, outcome.skipped), (2, ["no root"]))

    def test_a_program_that_dies_or_says_nothing_wrong_has_failed(self):
        line = "[doctest] test cases: 3 | 3 passed | 0 failed | 0 skipped"
        for script in ["kill -SEGV $$\n", f"echo '{line}'; exit 1\n", "exit 7\n"]:
            self.assertEqual(self.program(script).failed, 1)

    def test_a_program_that_crashes_has_skipped_nothing(self):
        line = "[doctest] test cases: 3 | 1 passed | 1 failed | 3 skipped"
        outcome = self.program(f"echo 'ERROR: test case CRASHED'; echo '{line}'; exit 1\n")
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (1, 1, []))

    def test_a_program_that_counts_nothing_has_failed(self):
        self.assertEqual(self.program("exit 0\n").failed, 1)

    def test_a_python_file_is_counted(self):
        head = "import unittest\nclass T(unittest.TestCase):\n"
        cases = {
            "    def test_a(self): pass\n    def test_b(self): self.fail()\n": (1, 1, 0),
            "    def test_a(self): self.skipTest('why')\n": (0, 0, 1),
            "    def test_a(self): import os; os._exit(0)\n": (0, 1, 0),
            "    pass\n": (0, 1, 0),
            "    def test_a(self): (\n": (0, 1, 0),
        }
        for text, expected in cases.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "x_test.py")
                path.write_text(head + text)
                outcome = run_python(str(path), "x", dict(os.environ))
                found = (outcome.passed, outcome.failed, len(outcome.skipped))
                self.assertEqual(found, expected, outcome.output)


if __name__ == "__main__":
    unittest.main()
