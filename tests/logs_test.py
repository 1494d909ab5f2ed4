"""Logs of several tasks: merged, followed as they are written, compressed when they are closed."""

import json
import os
import time
import unittest

from command_line import SECONDS_MAX, Case

# Each step writes what it is told by its pipe, as it stands.
TALKERS = """name: talk
steps:
  one: {run: "echo begun > begun; cat one.pipe"}
  two: {run: "echo begun > begun; cat two.pipe"}
  late: {run: "echo late", needs: [one, two]}
"""
LONG = """name: long
steps:
  prints: {run: "seq 200000"}
  fails: {run: "seq 100000; exit 3"}
"""
LEAVES = """name: leaves
steps:
  leaves:
    run: |
      mkdir -p "${{ outputs.data }}" outputs_of_mine
      for number in $(seq 300); do echo "$number" > "${{ outputs.data }}/$number"; done
    outputs: {data: {path: data/}}
    cache: false
"""


class FollowTest(Case):
    def setUp(self):
        super().setUp()
        for name in ["one", "two"]:
            os.mkfifo(self.folder / f"{name}.pipe")

    def begin(self):
        """The run, and what is to be written to the pipes of its steps."""
        self.pipeline(TALKERS)
        run = self.start("run", "-j2")
        begun = ""
        while begun.count("\n") < 2:  # both may have it open at once
            with open(self.folder / "begun") as pipe:
                begun += pipe.read()
        pipes = [open(self.folder / f"{name}.pipe", "w", buffering=1) for name in ["one", "two"]]
        for pipe in pipes:
            self.addCleanup(pipe.close)
        return run, *pipes

    def read(self, process, text):
        """What is written, until it ends with the text: at once, or this waits for ever."""
        seen = ""
        while not seen.endswith(text):
            seen += process.stdout.read(1)
        return seen

    def test_a_run_is_followed_line_by_line_until_it_ends(self):
        run, one, two = self.begin()
        follower = self.start("logs", "latest", "-f")
        one.write("first\n")
        self.assertEqual(self.read(follower, "\n"), "one | first\n")
        two.write("second\n")
        self.assertEqual(self.read(follower, "\n"), "two | second\n")
        one.close()
        two.close()
        out, talk = follower.communicate(timeout=SECONDS_MAX)
        self.assertEqual((follower.returncode, out), (0, "late | late\n"), talk)
        run.communicate(timeout=SECONDS_MAX)
        code, out, _ = self.run_to_end("logs", "latest")
        self.assertEqual(out, "one | first\ntwo | second\nlate | late\n")

    def test_a_line_that_is_not_ended_is_shown_at_once_and_gone_on_with(self):
        run, one, two = self.begin()
        follower = self.start("logs", "latest", "-f")
        one.write("working")
        one.flush()
        self.assertEqual(self.read(follower, "working"), "one | working")
        one.write("... done\n")
        self.assertEqual(self.read(follower, "\n"), "... done\n")
        one.write("more")
        one.flush()
        self.read(follower, "more")
        two.write("between\n")
        self.assertEqual(self.read(follower, "between\n"), "\ntwo | between\n")
        one.write(" of it")
        one.flush()
        self.assertEqual(self.read(follower, " of it"), "one |  of it")
        one.close()
        two.close()
        out, _ = follower.communicate(timeout=SECONDS_MAX)
        self.assertEqual(out, "\nlate | late\n")
        run.communicate(timeout=SECONDS_MAX)

    def test_following_one_task_ends_with_it_and_prints_it_as_it_is(self):
        run, one, two = self.begin()
        follower = self.start("logs", "latest", "one", "-f")
        one.write("no end of line")
        one.close()
        out, talk = follower.communicate(timeout=SECONDS_MAX)
        self.assertEqual((follower.returncode, out), (0, "no end of line"), talk)
        self.assertIsNone(run.poll())
        two.close()
        run.communicate(timeout=SECONDS_MAX)

    def test_following_begins_with_the_tail_that_is_asked_for(self):
        run, one, two = self.begin()
        seen = self.start("logs", "latest", "one", "-f")
        one.write("".join(f"{number}\n" for number in range(100)))
        self.read(seen, "99\n")
        follower = self.start("logs", "latest", "-f", "--tail", "2")
        self.assertEqual(self.read(follower, "99\n"), "one | 98\none | 99\n")
        one.write("a\nb\nc\n")
        self.assertEqual(self.read(follower, "c\n"), "one | a\none | b\none | c\n")
        one.close()
        two.close()
        for process in [seen, follower, run]:
            process.communicate(timeout=SECONDS_MAX)

    def test_following_a_run_ends_when_its_engine_and_its_steps_are_gone(self):
        run, one, two = self.begin()
        follower = self.start("logs", "latest", "-f")
        one.write("before\n")
        self.read(follower, "before\n")
        run.kill()
        run.wait()
        one.write("after\n")
        self.assertEqual(self.read(follower, "\n"), "one | after\n")
        one.close()
        two.close()
        out, _ = follower.communicate(timeout=SECONDS_MAX)
        self.assertEqual((follower.returncode, out), (0, ""))

    def test_whoever_follows_can_leave_and_the_run_goes_on(self):
        run, one, two = self.begin()
        follower = self.start("logs", "latest", "-f")
        one.write("first\n")
        self.read(follower, "first\n")
        follower.stdout.close()
        one.write("nobody reads this\n")
        one.write("nor this\n")
        self.assertEqual(follower.wait(timeout=SECONDS_MAX), 0)
        one.close()
        two.close()
        run.communicate(timeout=SECONDS_MAX)
        self.assertEqual(run.returncode, 0)


class ClosedLogTest(Case):
    def log_files(self):
        return sorted(
            path.name
            for path in (self.folder / ".geartrain/attempts").glob("*/*")
            if path.name.startswith("log") and "index" not in path.name
        )

    def wait_for_chores(self):
        """A process does them after the run; `gc` does what it has not done yet."""
        code, _, talk = self.run_to_end("gc")
        self.assertEqual(code, 0, talk)

    def test_closed_logs_are_compressed_and_read_as_before(self):
        self.pipeline(LONG)
        _, _, talk = self.run_to_end("run")
        self.assertIn("| 100000", talk)  # the last lines of what failed
        whole = "".join(f"{number}\n" for number in range(1, 200001))
        before = self.run_to_end("logs", "latest", "prints")
        self.assertEqual(before[1], whole)
        self.wait_for_chores()
        self.assertEqual(self.log_files(), ["log.zst", "log.zst"])
        self.assertEqual(self.run_to_end("logs", "latest", "prints"), before)
        _, out, _ = self.run_to_end("logs", "latest", "prints", "--tail", "2")
        self.assertEqual(out, "199999\n200000\n")
        _, out, _ = self.run_to_end("logs", "latest", "prints", "-f", "--tail", "1")
        self.assertEqual(out, "200000\n")
        _, out, _ = self.run_to_end("logs", "latest", "prints", "--json", "--tail", "1")
        self.assertEqual([line["text"] for line in json.loads(out)["lines"]], ["200000"])

    def test_readers_of_a_log_that_is_being_compressed_never_fail(self):
        self.pipeline(LONG)
        self.run_to_end("run")
        readers = [self.start("logs", "latest", "prints", "--tail", "1") for _ in range(8)]
        self.wait_for_chores()
        for reader in readers:
            out, talk = reader.communicate(timeout=SECONDS_MAX)
            self.assertEqual((reader.returncode, out), (0, "200000\n"), talk)

    def test_logs_of_an_old_home_are_compressed_by_gc(self):
        self.pipeline(LONG)
        self.run_to_end("run")
        self.wait_for_chores()
        # As a version that compressed nothing left them.
        for packed in (self.folder / ".geartrain/attempts").glob("*/log.zst"):
            text = self.run_to_end("logs", "latest", "prints")[1]
            packed.with_name("log").write_text(text)
            packed.unlink()
        self.assertEqual(self.log_files(), ["log", "log"])
        self.wait_for_chores()
        self.assertEqual(self.log_files(), ["log.zst", "log.zst"])


class LeftoverTest(Case):
    def chores(self):
        try:
            return os.listdir(self.folder / ".geartrain/chores")
        except FileNotFoundError:
            return []

    def test_an_equal_folder_is_out_of_the_way_at_once_and_removed_in_time(self):
        self.pipeline(LEAVES)
        self.assertEqual(self.run_to_end("run")[0], 0)
        self.assertEqual(self.run_to_end("run")[0], 0)
        self.assertEqual(list((self.folder / ".geartrain/attempts").glob("*/outputs/data")), [])
        trees = list((self.folder / ".geartrain/trees").glob("*/*.manifest"))
        self.assertEqual(len(trees), 1)
        code, _, talk = self.run_to_end("gc")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.chores(), [])

    def test_what_nobody_removed_is_shown_by_gc_and_removed_by_it(self):
        self.pipeline(LONG)
        self.run_to_end("run")
        self.run_to_end("gc")
        left = self.folder / ".geartrain/chores/remove.0123456789abcdef"
        left.mkdir(parents=True)
        for number in range(100):
            (left / str(number)).write_text("x" * 5000)
        code, out, talk = self.run_to_end("gc", "--dry-run", "--json")
        report = json.loads(out)
        self.assertEqual(report["leftovers"], 1)
        self.assertGreaterEqual(report["leftover_bytes"], 500_000)
        self.assertTrue(left.exists())
        code, _, talk = self.run_to_end("gc")
        self.assertIn("removed what 1 earlier attempts left behind", talk)
        self.assertFalse(left.exists())

    def test_the_next_run_sees_to_what_the_last_one_left(self):
        self.pipeline("name: next\nsteps:\n  waits: {run: 'echo begun > begun; read -r x < go'}\n")
        left = self.folder / ".geartrain/chores/remove.0123456789abcdef"
        (left / "folder").mkdir(parents=True)
        run = self.start("run")
        self.wait_for_step()
        deadline = time.monotonic() + SECONDS_MAX
        while left.exists():
            self.assertLess(time.monotonic(), deadline)
        self.let_go()
        run.communicate(timeout=SECONDS_MAX)
        self.assertEqual(run.returncode, 0)


if __name__ == "__main__":
    unittest.main()
