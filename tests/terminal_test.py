"""What a person at a terminal sees: progress that redraws itself, a window that changes, Ctrl-C."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
import unittest

from command_line import SECONDS_MAX, Case

LONG = "a_step_with_a_name_that_is_longer_than_a_narrow_window"
PIPELINE = f"""name: waits
steps:
  quick: {{run: "true"}}
  {LONG}:
    needs: [quick]
    run: |
      echo begun > begun
      read -r line < go
finally:
  last: {{run: "true"}}
"""
COLOR = re.compile(r"\x1b\[[0-9;]*m")
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")


class Screen:
    """A terminal that knows what the progress uses: lines, `up` and `erase below`."""

    def __init__(self, columns):
        self.columns = columns
        self.rows = [""]
        self.row = 0
        self.column = 0

    def feed(self, text):
        index = 0
        while index < len(text):
            sequence = SEQUENCE.match(text, index)
            if sequence:
                self.obey(*sequence.groups())
                index = sequence.end()
                continue
            self.put(text[index])
            index += 1

    def obey(self, number, letter):
        if letter == "A":
            self.row = max(0, self.row - int(number or 1))
        elif letter == "J":
            self.rows = self.rows[: self.row + 1]
            self.rows[self.row] = self.rows[self.row][: self.column]
        elif letter != "m":
            raise AssertionError(f"an unexpected sequence: {number}{letter}")

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            self.rows += [""] * (self.row + 1 - len(self.rows))
        else:
            if self.column == self.columns:
                self.column = 0
                self.put("\n")
            line = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = line[: self.column] + character + line[self.column + 1 :]
            self.column += 1


class Terminal:
    """A pseudo terminal; what is written to it is kept as text."""

    def __init__(self, columns):
        self.master, self.slave = pty.openpty()
        self.text = ""
        self.resize(columns)

    def resize(self, columns):
        """The kernel tells the processes in front."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def read(self):
        """False at the end."""
        data = b""
        with contextlib.suppress(OSError):  # Linux says EIO when nobody has the terminal open
            data = os.read(self.master, 65536)
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def wait_for(self, pattern, start=0):
        """Until it is in the text after `start`; where it ends there."""
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            found = re.compile(pattern).search(self.text, start)
            if found:
                return found.end()
            if not self.read_before(deadline):
                raise AssertionError(f"no {pattern!r} in {self.text[start:]!r}")

    def wait_for_end(self):
        """Until no process has the terminal open any more."""
        deadline = time.monotonic() + SECONDS_MAX
        while self.read_before(deadline):
            pass
        if time.monotonic() >= deadline:
            raise AssertionError(f"it goes on after {self.text!r}")

    def read_before(self, deadline):
        """False at the end, and when the deadline comes first."""
        left = deadline - time.monotonic()
        return left > 0 and bool(select.select([self.master], [], [], left)[0]) and self.read()

    def close(self):
        if self.master >= 0:
            os.close(self.master)
        self.master = -1


class TerminalCase(Case):
    def setUp(self):
        super().setUp()
        self.pipeline(PIPELINE)

    def start_at(self, terminal, *arguments, term="xterm", variables=(), **streams):
        def own_the_terminal():
            fcntl.ioctl(terminal.slave, termios.TIOCSCTTY, 0)

        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        environment |= {"TERM": term} | dict(variables)
        process = subprocess.Popen(
            [self.binary, *arguments],
            cwd=self.folder,
            env=environment,
            start_new_session=True,
            preexec_fn=own_the_terminal,
            **{one: terminal.slave for one in ["stdin", "stdout", "stderr"]} | streams,
        )
        os.close(terminal.slave)
        self.addCleanup(terminal.close)
        self.addCleanup(self.end, process)
        return process


class ProgressTest(TerminalCase):
    def test_it_redraws_itself_and_leaves_only_what_happened(self):
        terminal = Terminal(100)
        process = self.start_at(terminal, "run")
        self.wait_for_step()
        drawn = terminal.wait_for(r"\[=+ +\] 1/3[^\n]*\r?\n[^\n]*" + LONG)
        terminal.wait_for(r"\x1b\[1A\x1b\[J[^\x1b]*" + LONG, drawn)  # a second drawing over it
        self.let_go()
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 0)
        self.assertRegex(terminal.text, COLOR)
        screen = Screen(100)
        screen.feed(terminal.text)
        shown = "\n".join(screen.rows)
        self.assertNotIn("[=", shown)
        self.assertEqual([row[:2] for row in screen.rows].count("✓ "), 3, shown)
        self.assertRegex(shown, r"waits/1 succeeded in .*: 3 succeeded")
        self.assertIn("next: geartrain show waits/1", shown)

    def test_a_window_that_becomes_narrow_and_wide_again(self):
        terminal = Terminal(100)
        process = self.start_at(terminal, "run")
        self.wait_for_step()
        terminal.wait_for(LONG)
        for columns, expected in [(30, LONG[:20]), (1, ""), (100, LONG), (0, "")]:
            terminal.resize(columns)
            # What was on its way, then a frame of the new width.
            start = terminal.wait_for(r"\x1b\[J", len(terminal.text))
            start = terminal.wait_for(r"\x1b\[J", start)
            end = terminal.wait_for(re.escape(expected) + r"[^\x1b]*\r", start)
            if columns == 30:
                for line in re.split(r"[\r\n]+", terminal.text[start : end - 1]):
                    self.assertLess(len(line), columns, terminal.text[start:end])
                self.assertNotIn(LONG, terminal.text[start:end])
        self.assertIsNone(process.poll())
        self.let_go()
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 0)

    def test_control_c_cancels(self):
        terminal = Terminal(100)
        process = self.start_at(terminal, "run")
        self.wait_for_step()
        terminal.wait_for(LONG)
        terminal.type(b"\x03")
        terminal.wait_for("cancelling")
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 130)
        self.assertEqual(
            self.states(), {"quick": "succeeded", LONG: "cancelled", "last": "succeeded"}
        )
        self.assertTrue(terminal.text.endswith("\n"))

    def test_a_terminal_that_goes_away_cancels(self):
        terminal = Terminal(100)
        process = self.start_at(terminal, "run", stdin=subprocess.DEVNULL)
        self.wait_for_step()
        terminal.wait_for(LONG)
        terminal.close()
        self.assertEqual(process.wait(SECONDS_MAX), 130)
        self.assertEqual(self.shown()["state"], "cancelled")


class EscapeTest(TerminalCase):
    def run_quick(self, terminal, *arguments, **options):
        """The text on the terminal, and what went into a pipe."""
        self.pipeline("name: quick\nsteps: {one: {run: 'true'}, two: {run: exit 1}}\n")
        process = self.start_at(terminal, *arguments, **options)
        terminal.wait_for_end()
        pipes = [pipe.read().decode() for pipe in [process.stdout, process.stderr] if pipe]
        process.wait(SECONDS_MAX)
        return terminal.text, "".join(pipes)

    def test_no_color_leaves_the_drawing_and_no_color(self):
        text, _ = self.run_quick(Terminal(80), "run", variables={"NO_COLOR": "1"})
        self.assertIn("\x1b[J", text)
        self.assertNotRegex(text, COLOR)

    def test_the_option_does_the_same(self):
        text, _ = self.run_quick(Terminal(80), "run", "--no-color")
        self.assertNotRegex(text, COLOR)
        text, _ = self.run_quick(Terminal(80), "show", "latest", "--no-color")
        self.assertNotIn("\x1b", text)
        text, _ = self.run_quick(Terminal(80), "show", "latest")
        self.assertRegex(text, COLOR)

    def test_a_dumb_terminal_gets_lines(self):
        for term in ["dumb", ""]:
            text, _ = self.run_quick(Terminal(80), "run", term=term)
            self.assertNotIn("\x1b", text)
            self.assertIn("one: succeeded", text)

    def test_data_in_a_pipe_has_none_though_the_talk_is_on_a_terminal(self):
        text, data = self.run_quick(Terminal(80), "run", "--json", stdout=subprocess.PIPE)
        self.assertNotIn("\x1b", data)
        self.assertEqual(json.loads(data)["state"], "failed")
        self.assertIn("\x1b", text)

    def test_talk_in_a_pipe_has_none_though_the_data_is_on_a_terminal(self):
        _, talk = self.run_quick(Terminal(80), "run", stderr=subprocess.PIPE)
        self.assertNotIn("\x1b", talk)
        self.assertIn("one: succeeded", talk)

    def test_neither_has_any_in_pipes(self):
        self.pipeline("name: quick\nsteps: {one: {run: 'true'}, two: {run: exit 1}}\n")
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        for command in ["run", "show latest", "runs", "why latest two", "plan", "check", "--help"]:
            _, out, talk = self.run_to_end(
                *command.split(), env=environment | {"TERM": "xterm-256color"}
            )
            self.assertNotIn("\x1b", out + talk)


class BatchTest(TerminalCase):
    def test_each_run_has_a_line_with_its_tasks_and_the_total_stands_below(self):
        self.pipeline(
            "name: many\nparams: {n: {type: integer}}\nsteps:\n  wait:\n    run: |\n"
            "      test ${{ params.n }} = 1 || exit 0\n"
            "      echo begun > begun\n      read -r line < go\n"
        )
        terminal = Terminal(80)
        process = self.start_at(terminal, "run", "--each", "n=1..3")
        self.wait_for_step()
        terminal.wait_for(r"many/1  0/1  n=1  wait\n?\r?\n\[=+ +\] 2/3 runs")
        screen = Screen(80)
        screen.feed(COLOR.sub("", terminal.text))
        self.assertRegex(screen.rows[-1], r"^\[=+ +\] 2/3 runs")
        self.assertTrue(any(row.startswith("many/3 n=3 succeeded in ") for row in screen.rows))
        self.let_go()
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 0)
        self.assertIn("3 runs: 3 succeeded", terminal.text)


class PagerTest(TerminalCase):
    def page(self, *arguments, keys=(), pager=None, term="xterm", variables=(), **streams):
        """The exit code, what the terminal showed, and what the pager was given."""
        given = os.path.join(self.folder, "given")
        with contextlib.suppress(FileNotFoundError):
            os.remove(given)
        pager = pager or f"cat > {given}; echo the pager has ended"
        terminal = Terminal(80)
        process = self.start_at(
            terminal, *arguments, term=term, variables={"GEARTRAIN_PAGER": pager} | dict(variables),
            **streams
        )
        for pattern, typed in keys:
            terminal.wait_for(pattern)
            terminal.type(typed)
        terminal.wait_for_end()
        code = process.wait(SECONDS_MAX)
        text = ""
        if os.path.exists(given):
            with open(given) as file:
                text = file.read()
        return code, terminal.text, text

    def test_what_is_longer_than_the_terminal_goes_to_the_pager(self):
        code, shown, given = self.page("schema")
        self.assertEqual(code, 0)
        json.loads(given)
        self.assertEqual(shown.strip(), "the pager has ended")
        _, shown, given = self.page("version")
        self.assertIn("geartrain ", shown)
        self.assertEqual(given, "")

    def test_help_is_paged_with_its_talk_behind_it(self):
        _, _, given = self.page("run", "--help")
        self.assertEqual(given, "", "a command that executes has no pager")
        _, _, given = self.page("plan", "--help")
        self.assertIn("geartrain plan", given)

    def test_there_is_none_where_nobody_wants_one(self):
        for arguments, options in [
            (["schema", "--no-pager"], {}),
            (["schema"], {"pager": " cat "}),
            (["schema"], {"pager": " "}),
            (["schema"], {"term": "dumb"}),
        ]:
            code, shown, given = self.page(*arguments, **options)
            self.assertEqual((code, given), (0, ""))
            self.assertIn("Geartrain pipeline file", shown)

    def test_there_is_none_for_a_pipe(self):
        _, shown, given = self.page("schema", stdout=subprocess.DEVNULL)
        self.assertEqual((shown, given), ("", ""))

    def test_pager_is_asked_after_our_own(self):
        given = os.path.join(self.folder, "other")
        code, _, _ = self.page("schema", variables={"PAGER": f"cat > {given}"})
        self.assertFalse(os.path.exists(given))
        terminal = Terminal(80)
        process = self.start_at(terminal, "schema", variables={"PAGER": f"cat > {given}"})
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 0)
        self.assertTrue(os.path.exists(given))

    def test_leaving_it_early_is_no_error(self):
        code, shown, _ = self.page("schema", pager="head -n 1")
        self.assertEqual((code, shown.strip()), (0, "{"))

    def test_control_c_is_the_pager_s_own_affair(self):
        code, shown, _ = self.page("schema", pager="echo ready; cat", keys=[("ready", b"\x03")])
        self.assertEqual(code, 0)
        self.assertNotIn("geartrain:", shown)
        patient = "trap 'echo heard' INT; cat > /dev/null; echo ready; read x < /dev/tty; echo $x"
        keys = [("ready", b"\x03"), ("heard", b"bye\n")]
        code, shown, _ = self.page("schema", pager=f"bash -c '{patient}'".replace("'echo heard'", '"echo heard"'), keys=keys)
        self.assertEqual(code, 0)
        self.assertIn("bye", shown)

    def test_one_that_cannot_be_run_is_said(self):
        code, shown, _ = self.page("schema", pager="no-such-pager")
        self.assertEqual(code, 0)
        self.assertIn("the pager could not be run: no-such-pager", shown)
        self.assertIn("--no-pager", shown)

    def test_less_is_left_by_q(self):
        if shutil.which("less") is None:
            self.skipTest("less is not installed")
        terminal = Terminal(80)
        process = self.start_at(terminal, "schema")
        terminal.wait_for("schema")
        terminal.type(b"q")
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 0)


if __name__ == "__main__":
    unittest.main()
