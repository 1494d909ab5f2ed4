"""`geartrain debug`: a shell, or a command, where a step's process would be."""

import json
import os
import subprocess
import unittest

from command_line import SECONDS_MAX
from terminal_test import Terminal, TerminalCase

PIPELINE = """name: broken
params: {depth: {type: integer, default: 6}}
secrets: [TOKEN]
steps:
  load: {run: "echo rows > ${{ outputs.raw }}", code: [none], outputs: {raw: {path: raw.csv}}}
  train:
    matrix: {side: [left, right]}
    run: |
      echo "token ${{ secrets.TOKEN }} depth ${{ params.depth }} ${{ matrix.side }}" > ${{ outputs.model }}
      cat ${{ inputs.raw }} >> ${{ outputs.model }}
      echo "mode $MODE" >> ${{ outputs.model }}
      exit 7
    inputs: {raw: "${{ steps.load.outputs.raw }}"}
    outputs: {model: {path: model/m.txt}}
    env: {MODE: quick}
  count:
    run: [sh, -c, 'echo "$0 $1"', "${{ secrets.TOKEN }}", "a b"]
  after: {run: "true", needs: [train]}
"""


class DebugCase(TerminalCase):
    def setUp(self):
        super().setUp()
        self.pipeline(PIPELINE)
        os.environ["GEARTRAIN_SECRET_TOKEN"] = "t0p-secret"
        self.addCleanup(os.environ.pop, "GEARTRAIN_SECRET_TOKEN")
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 1, talk)

    def command(self, *words, code=0, step="train[0]", options=()):
        got, out, talk = self.run_to_end("debug", "latest", step, *options, "--", *words)
        self.assertEqual(got, code, talk)
        return out

    def folders(self):
        folder = self.folder / ".geartrain/debug"
        return [name for name in os.listdir(folder) if not name.endswith(".lock")]


class CommandTest(DebugCase):
    def test_it_sees_what_the_step_saw(self):
        out = self.command("bash", "-c", 'cat "$GEARTRAIN_OUTPUTS/../inputs/raw/raw.csv"; '
                           'ls "$GEARTRAIN_OUTPUTS"; echo "$MODE $GEARTRAIN_TASK"; pwd; '
                           'ls -d "$TMPDIR"')
        lines = out.splitlines()
        self.assertEqual(lines[:4], ["rows", "model", "quick train[0]", str(self.folder)])
        self.assertTrue(lines[4].endswith("/tmp"))

    def test_the_environment_is_clean(self):
        os.environ["NOT_FOR_STEPS"] = "1"
        self.addCleanup(os.environ.pop, "NOT_FOR_STEPS")
        out = self.command("env")
        self.assertNotIn("NOT_FOR_STEPS", out)
        self.assertNotIn("SECRET", out)
        self.assertIn("\nMODE=quick\n", "\n" + out)

    def test_the_exit_code_is_the_command_s(self):
        self.command("sh", "-c", "exit 3", code=3)
        self.command("no-such-program", code=5)
        self.command("sh", "-c", "kill -TERM $$", code=143)

    def test_the_step_itself_runs_with_its_secrets(self):
        self.command("run-step", code=7, options=["--keep"])
        [name] = self.folders()
        model = self.folder / ".geartrain/debug" / name / "outputs/model/m.txt"
        self.assertEqual(
            model.read_text(), "token t0p-secret depth 6 left\nrows\nmode quick\n"
        )

    def test_an_argv_keeps_its_words(self):
        self.assertEqual(self.command("run-step", step="count"), "t0p-secret a b\n")

    def test_nothing_stays_and_nothing_is_recorded(self):
        before = self.run_to_end("show", "latest", "--json")[1]
        self.command("sh", "-c", 'echo x > "$GEARTRAIN_OUTPUTS/x"')
        self.assertEqual(self.folders(), [])
        self.assertEqual(self.run_to_end("show", "latest", "--json")[1], before)
        self.assertEqual(len(self.run_to_end("runs", "-o", "name")[1].splitlines()), 1)

    def test_what_was_kept_goes_with_gc(self):
        self.command("true", options=["--keep"])
        self.command("true", options=["--keep"])
        self.assertEqual(len(self.folders()), 2)
        code, _, talk = self.run_to_end("gc")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.folders(), [])

    def test_a_changed_input_is_said(self):
        code, _, talk = self.run_to_end(
            "debug", "latest", "train[0]", "--", "sh", "-c",
            'chmod u+w "$GEARTRAIN_OUTPUTS/../inputs/raw/raw.csv"; '
            'echo more >> "$GEARTRAIN_OUTPUTS/../inputs/raw/raw.csv"',
        )
        self.assertEqual(code, 0, talk)
        self.assertIn("an input was changed", talk)

    def test_the_command_is_shown_with_its_values_and_without_secrets(self):
        code, out, _ = self.run_to_end("debug", "latest", "train[1]", "--command")
        self.assertEqual(code, 0)
        self.assertIn("right", out)
        self.assertIn("***", out)
        self.assertNotIn("t0p-secret", out)
        data = json.loads(self.run_to_end("debug", "latest", "count", "--json")[1])
        self.assertEqual(data["argv"], ["sh", "-c", 'echo "$0 $1"', "***", "a b"])
        self.assertEqual(data["working_directory"], str(self.folder))
        data = json.loads(self.run_to_end("debug", "latest", "train[1]", "--json")[1])
        self.assertEqual(data["inputs"][0]["path"], "inputs/raw/raw.csv")
        self.assertEqual(data["variables"]["MODE"], "quick")
        self.assertFalse((self.folder / ".geartrain/debug").exists())

    def test_what_cannot_be_debugged_says_why(self):
        for arguments, code, expected in [
            (["train"], 2, "train is a matrix: name a task in it"),
            (["after"], 7, "after never got what it needs: it is upstream_failed"),
            (["train[0]", "--attempt", "2"], 5, "train[0] has no attempt 2"),
            (["trian"], 5, "did you mean train?"),
            (["train[0]"], 2, "a shell needs a terminal, and this is none"),
        ]:
            got, _, talk = self.run_to_end("debug", "latest", *arguments)
            self.assertEqual(got, code, talk)
            self.assertIn(expected, talk)
        os.environ.pop("GEARTRAIN_SECRET_TOKEN")
        got, _, talk = self.run_to_end("debug", "latest", "count", "--command")
        os.environ["GEARTRAIN_SECRET_TOKEN"] = "t0p-secret"
        self.assertEqual(got, 5, talk)
        self.assertIn("TOKEN", talk)


class ShellTest(DebugCase):
    def shell(self, *options):
        terminal = Terminal(100)
        process = self.start_at(terminal, "debug", "latest", "train[0]", *options)
        self.wait_for_prompt(terminal)
        return terminal, process

    def wait_for_prompt(self, terminal, start=0):
        """Keys that come while a command ends may be thrown away by the terminal."""
        terminal.wait_for(r"\(broken/1 train\[0\]\) [^\n]*[$#] ", start)

    def leave(self, terminal, process):
        terminal.type(b"exit\n")
        terminal.wait_for_end()
        self.assertEqual(process.wait(SECONDS_MAX), 0)

    def test_a_shell_in_which_the_step_can_be_run(self):
        terminal, process = self.shell()
        self.assertIn("its command, which `run-step` executes:", terminal.text)
        self.assertNotIn("t0p-secret", terminal.text)
        terminal.type(b'echo "is $MODE"\n')
        terminal.wait_for("is quick")
        terminal.type(b"run-step; echo code=$?\n")
        terminal.wait_for("the step ended with 7")
        terminal.wait_for("code=7")
        terminal.type(b'cat "$GEARTRAIN_OUTPUTS"/model/m.txt\n')
        terminal.wait_for("depth 6 left")
        self.leave(terminal, process)
        self.assertEqual(self.folders(), [])

    def test_control_c_ends_what_runs_and_not_the_shell(self):
        terminal, process = self.shell()
        # One process says that it is there and waits, so that the key finds it.
        terminal.type(b"sh -c 'echo wai\"\"ts; exec cat'\n")
        terminal.wait_for("waits")
        start = len(terminal.text)
        terminal.type(b"\x03")
        self.wait_for_prompt(terminal, start)
        terminal.type(b"echo still $((40 + 2))\n")
        terminal.wait_for("still 42")
        self.leave(terminal, process)

    def test_jobs_can_be_stopped_and_go_on(self):
        terminal, process = self.shell()
        # One process says that it is there and waits, so that the key finds it.
        terminal.type(b"sh -c 'echo wai\"\"ts; exec cat'\n")
        terminal.wait_for("waits")
        start = len(terminal.text)
        terminal.type(b"\x1a")
        self.wait_for_prompt(terminal, terminal.wait_for("Stopped", start))
        terminal.type(b"jobs | grep -c Stopped\n")
        terminal.wait_for(r"[\r\n]1\r\n")
        start = len(terminal.text)
        terminal.type(b"fg\n")
        shown = terminal.wait_for(r"exec cat[^\n]*\n", start)
        terminal.type(b"purr\n")
        shown = terminal.wait_for(r"purr\r\npurr\r\n", shown)
        terminal.type(b"\x04")
        self.wait_for_prompt(terminal, shown)
        terminal.type(b"echo do''ne\n")
        terminal.wait_for("done")
        self.leave(terminal, process)

    def test_lines_can_be_edited(self):
        terminal, process = self.shell()
        terminal.type(b"echo two\x01\x1b[C\x1b[C\x1b[C\x1b[C one-\r")
        terminal.wait_for(r"[\r\n]one- two\r\n")
        self.leave(terminal, process)

    def test_what_the_step_gets_in_it_is_what_it_had(self):
        (self.folder / "show.sh").write_text("env | sort | sed 's/=.*//' | paste -sd ' '\n")
        self.pipeline("name: other\nsteps: {see: {run: [sh, show.sh], code: [show.sh]}}\n")
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 0, talk)
        log = self.run_to_end("logs", "latest", "see")[1].strip()
        terminal = Terminal(200)
        process = self.start_at(terminal, "debug", "latest", "see")
        terminal.wait_for(r"\(other/1 see\) [^\n]*[$#] ")
        start = len(terminal.text)
        terminal.type(b"run-step\n")
        terminal.wait_for("the step ended with 0", start)
        self.assertIn(log.split("GEARTRAIN")[-1], terminal.text[start:].replace("\r\n", " "))
        self.leave(terminal, process)


if __name__ == "__main__":
    unittest.main()
